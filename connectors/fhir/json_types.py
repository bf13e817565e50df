"""Where a JSON document is of another type than its declared shape: as predicates, cheap ones and exact ones.

The engine reads a wrong type as nothing, so it must be looked for. Documents of one structure are right or in
doubt together, and a file has few structures: doubt is settled per structure, and only documents in doubt
are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from duckdb.sqltypes import DuckDBPyType

# What json_structure calls the values that the engine reads into each scalar type without loss.
_SCALARS = {
    "boolean": ("BOOLEAN",),
    "double": ("DOUBLE", "BIGINT", "UBIGINT", "HUGEINT"),
    "bigint": ("BIGINT", "UBIGINT"),
}
_CONTAINERS = {"struct": "OBJECT", "list": "ARRAY"}


def doubt(structure: str, columns: Mapping[str, str]) -> str:
    """SQL predicate over ``structure`` (of json_structure): some document of it may be of a wrong type."""
    return "(" + " or ".join(_doubt(structure, path, kind) for path, kind in _places(columns)) + ")"


def first_mismatch(document: str, columns: Mapping[str, str]) -> str:
    """SQL expression over ``document``: JSON path of the first wrong type, null where there is none."""
    cases = " ".join(
        f"when {mismatch(document, path, kind)} then {literal(path)}" for path, kind in _places(columns)
    )
    return f"case {cases} end"


def literal(value: str) -> str:
    """``value`` as a SQL text literal."""
    return "'" + value.replace("'", "''") + "'"


def _places(columns: Mapping[str, str]) -> Iterator[tuple[str, DuckDBPyType]]:
    """JSON path and type of every place of the shape, outermost first, where a type can be wrong."""
    for name, kind in columns.items():
        yield from _places_below(DuckDBPyType(kind), f"$.{name}")


def _places_below(kind: DuckDBPyType, path: str) -> Iterator[tuple[str, DuckDBPyType]]:
    if kind.id in _CONTAINERS or kind.id in _SCALARS:
        yield path, kind
    if kind.id in _CONTAINERS:
        for name, child in kind.children:
            if isinstance(child, DuckDBPyType):
                yield from _places_below(child, f"{path}[*]" if kind.id == "list" else f"{path}.{name}")


def _doubt(structure: str, path: str, kind: DuckDBPyType) -> str:
    if kind.id in _CONTAINERS:
        return _any(_found("json_type", structure, path), f"x <> '{_CONTAINERS[kind.id]}'")
    names = ", ".join(literal(name) for name in _SCALARS[kind.id])
    return _any(_found("json_extract_string", structure, path), f"x not in ({names})")


def mismatch(document: str, path: str, kind: DuckDBPyType) -> str:
    """SQL predicate over ``document``: what it has at ``path`` is of another type than ``kind``; false or
    null where it has nothing there."""
    if kind.id in _CONTAINERS:
        return _any(_found("json_type", document, path), f"x not in ('{_CONTAINERS[kind.id]}', 'NULL')")
    return _any(
        _found("json_extract_string", document, path), f"x is not null and try_cast(x as {kind}) is null"
    )


def _found(function: str, document: str, path: str) -> str:
    """What ``function`` finds at ``path`` as a list: it gives one by itself for a path with a wildcard."""
    found = f"{function}({document}, {literal(path)})"
    return found if "*" in path else f"[{found}]"


def _any(values: str, predicate: str) -> str:
    return f"len(list_filter({values}, lambda x: {predicate})) > 0"
