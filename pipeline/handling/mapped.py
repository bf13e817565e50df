"""Which native columns each element of a FHIR resource is mapped from: read from the mappings' SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial

from sqlglot import exp

from connectors import registry
from connectors.declare import Format
from pipeline.lineage import Followed, LineageError, parsed

_GIVEN = (
    "_record_id",
    "_file_id",
    "_row",
    "_extract_date",
)  # which landing puts beside them

# What the macros that write a reference put into it (connectors/fhir/macros.sql).
_MEMBERS = {
    "own_reference": frozenset({"reference", "type"}),
    "ods_reference": frozenset({"type", "identifier"}),
    "site_reference": frozenset({"type", "identifier"}),
    "practice_reference": frozenset({"type", "identifier"}),
}


@cache
def native_columns(source: str, format_name: str, path: str) -> frozenset[tuple[str, str]]:
    """``(file, column)`` of every native column that the element at ``path`` is worked out from.

    ``path`` is written as in :mod:`connectors.register.fhir`; raises :class:`LineageError` where a mapping
    cannot be followed.
    """
    resource_type, *parts = path.split(".")
    format_ = registry.format_named(source, format_name)
    name = parts[0].split("(")[0].lower()
    places = {
        place
        for mapping in _mappings(source, format_name, resource_type)
        if name in mapping.names
        for place in mapping.part(name, partial(_parts, path=tuple(parts)))
        if place.column and place.column not in _GIVEN
    }
    return frozenset(_declared(format_, *place) for place in places)


@cache
def _mappings(source: str, format_name: str, resource_type: str) -> tuple[Followed, ...]:
    views = _views(registry.format_named(source, format_name))
    mappings = registry.mapping_sql(source, format_name).get(resource_type, ())
    return tuple(Followed(parsed(sql), views) for _, sql in mappings)


def _views(format_: Format) -> Mapping[str, tuple[str, ...]]:
    return {
        file.stem.lower(): (*(column.name.lower() for column in file.columns), *_GIVEN)
        for file in format_.files
    }


def _declared(format_: Format, view: str, name: str) -> tuple[str, str]:
    """The declared names of a place; the engine folds them to lower case."""
    for file in format_.files:
        for column in file.columns:
            if (file.stem.lower(), column.name.lower()) == (view, name):
                return file.name, column.name
    raise LineageError(f"{format_.name}: {view} has no column {name}")


def _parts(node: exp.Expr, *, path: tuple[str, ...]) -> Iterator[exp.Expr]:
    """The parts of an output column that give the element; all of it where it is written another way."""
    _, _, extension = path[0].rstrip(")").partition("(")
    if extension:
        yield from _extension(node, extension)
    elif len(path) == 1:
        yield node
    else:
        wanted, _, _ = path[1].partition("(")
        for member in _members(node, wanted):
            yield from [member] if member is node else _parts(member, path=path[1:])


def _members(node: exp.Expr, name: str) -> Iterator[exp.Expr]:
    """The member called ``name`` of every struct that ``node`` may be; ``node`` itself where it is none."""
    if isinstance(node, exp.Struct):
        yield from (item.expression for item in node.expressions if item.this.name.lower() == name.lower())
    elif isinstance(node, exp.Anonymous) and name not in _MEMBERS.get(node.name.lower(), {name}):
        return
    elif _is_made_of_structs(node):
        for inner in _results(node):
            yield from (member for member in _members(inner, name))
    elif not isinstance(node, exp.Null):
        yield node


def _is_made_of_structs(node: exp.Expr) -> bool:
    """Whether the conditions in ``node`` only say if there is a struct at all."""
    kinds = exp.Struct | exp.Null
    results = list(_results(node))
    return bool(results) and all(isinstance(item, kinds) or _is_made_of_structs(item) for item in results)


def _results(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.If):
        yield from (item for item in (node.args.get("true"), node.args.get("false")) if item is not None)
    elif isinstance(node, exp.Case):
        yield from (branch.args["true"] for branch in node.args["ifs"])
        yield from [node.args["default"]] if node.args.get("default") else []
    elif isinstance(node, exp.Array) or (isinstance(node, exp.Anonymous) and node.name.lower() == "said"):
        yield from node.expressions
    elif isinstance(node, exp.Paren | exp.ArrayAgg | exp.List | exp.Order):
        yield from [node.this] if node.this else node.expressions[:1]


def _extension(node: exp.Expr, name: str) -> Iterator[exp.Expr]:
    """The calls that write one extension: those that name it; the whole list where none does."""
    calls = [call for call in node.find_all(exp.Anonymous) if call.expressions]
    named = [call for call in calls if call.expressions[0].name == name]
    for call in named:
        around = call.find_ancestor(exp.Case, exp.If) if call.name.lower().endswith("_url") else None
        yield around or call
    if not named and not any(_names_an_extension(call) for call in calls):
        yield node


def _names_an_extension(call: exp.Anonymous) -> bool:
    return call.name.lower().split("_")[0] in ("ukcore", "wsic") and isinstance(
        call.expressions[0], exp.Literal
    )
