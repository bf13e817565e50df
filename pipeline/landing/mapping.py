"""Runs the mappings of a feed: one FHIR table a resource type, in exactly the declared shape."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb

from connectors import registry
from connectors.fhir import shapes
from connectors.types import quoted
from pipeline.duck import literal, values_hidden
from pipeline.errors import WsicError
from pipeline.landing.desk import Desk
from pipeline.landing.tables import write_parquet

# These speak of SQL only. Every other DuckDB error may quote a value from a record.
_ABOUT_SQL = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
_GIVEN = frozenset({"_source", "_sender"})  # lineage that the executor adds


def write_resources(desk: Desk, sent_as_fhir: Mapping[str, str], target: Path) -> list[str]:
    """Write ``<target>/<ResourceType>.parquet`` for every type that the feed can have; returns the types.

    ``sent_as_fhir`` gives the SELECT of the current rows that came as FHIR already, by resource type.
    """
    mapped = dict(_mappings(desk))
    types = sorted({*mapped, *sent_as_fhir})
    for resource_type in types:
        parts = [_shaped(desk, resource_type, part, sql) for part, sql in mapped.get(resource_type, [])]
        if resource_type in sent_as_fhir:
            parts.append(sent_as_fhir[resource_type])
        union = shapes.landed(resource_type, union_of(parts))
        path = target / f"{resource_type}.parquet"
        with values_hidden(f"{desk.feed}: mapping to {resource_type}"):
            write_parquet(desk.con, union, path)
    return types


def keep_native_ids(desk: Desk, resource_types: Iterable[str]) -> dict[str, str]:
    """Tables (``id``) of what the views of native files speak of, by resource type, and their names."""
    mapped, made = dict(_mappings(desk)), {}
    for resource_type in resource_types:
        parts = [f"select id from ({_bare(sql)})" for _, sql in mapped.get(resource_type, [])]
        if parts:
            made[resource_type] = f"native_{resource_type}"
            with values_hidden(f"{desk.feed}: ids of {resource_type}"):
                desk.con.execute(
                    f"create or replace temp table {quoted(made[resource_type])} as "
                    f"select distinct id from ({union_of(parts)})"
                )
    return made


def fingerprint(source: str) -> str:
    """Changes when a declaration or a mapping of the source, or what they stand on, changes."""
    digest = hashlib.sha256(repr((shapes.SHAPES, shapes.SAID, duckdb.__version__)).encode())
    digest.update(Path(shapes.__file__).with_name("macros.sql").read_bytes())
    for format_ in registry.source(source).formats:
        digest.update(repr(ordered_repr(format_)).encode())
        digest.update(repr(sorted(registry.mapping_sql(source, format_.name).items())).encode())
    return digest.hexdigest()


def ordered_repr(declared: object) -> str:
    """``repr`` of a declaration with its sets in order: theirs differs from process to process."""
    if isinstance(declared, frozenset):
        return repr(sorted(declared))
    if isinstance(declared, tuple):
        return "(" + ", ".join(ordered_repr(item) for item in declared) + ")"
    names = getattr(type(declared), "__dataclass_fields__", None)
    if names is None:
        return repr(declared)
    return type(declared).__name__ + ordered_repr(tuple((name, getattr(declared, name)) for name in names))


def _mappings(desk: Desk) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for format_ in registry.source(desk.feed.source).formats:
        for resource_type, parts in registry.mapping_sql(desk.feed.source, format_.name).items():
            found.setdefault(resource_type, []).extend(
                (".".join(filter(None, [format_.name, resource_type, part])), sql) for part, sql in parts
            )
    yield from found.items()


def _shaped(desk: Desk, resource_type: str, part: str, sql: str) -> str:
    """``sql`` cast to the declared shape; columns that it does not yield are null."""
    wanted = shapes.columns(resource_type)
    inner = _bare(sql)
    yielded = _yielded(desk, part, inner)
    unknown = [name for name in yielded if name not in wanted]
    if unknown:
        listed = ", ".join(unknown)
        raise WsicError(f"{desk.feed}: mapping {part} yields {listed}: no element of {resource_type}")
    columns = ", ".join(_column(name, kind, name in yielded) for name, kind in wanted.items())
    return f"select {columns} from ({inner})"


def _bare(sql: str) -> str:
    return sql.rstrip().rstrip(";")


def _column(name: str, kind: str, is_yielded: bool) -> str:
    if name in _GIVEN:
        return f"getvariable({literal(name[1:])})::varchar as {quoted(name)}"
    value = quoted(name) if is_yielded else "null"
    return f"try_cast({value} as {kind}) as {quoted(name)}"


def _yielded(desk: Desk, part: str, sql: str) -> list[str]:
    try:
        return [row[0] for row in desk.con.execute(f"describe {sql}").fetchall()]
    except _ABOUT_SQL as error:
        raise WsicError(f"{desk.feed}: mapping {part} is no SQL over the declared files: {error}") from None


def union_of(selects: Iterable[str]) -> str:
    """One SELECT over several of the same columns."""
    return " union all by name ".join(f"select * from ({select})" for select in selects)
