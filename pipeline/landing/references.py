"""Referential integrity of a feed: references between its resources, and those that resolve to nothing.

Looks at the FHIR tables that a build has just written, whatever the rows came as: a contact without its
referral, an episode without its patient and a FHIR reference to an id that never came are the same here. The
rows stay current and are never dropped: each build looks anew, and a file that comes later completes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.fhir.shapes import REFERENCE, SHAPES
from connectors.types import quoted
from pipeline.duck import literal
from pipeline.landing.desk import Desk
from pipeline.ledger import Ledger

# What stands for a person whom only a referral names that never came (connectors/fhir/macros.sql).
_NOT_FOUND = "https://fhir.wsic.example/Id/"
NO_LITERAL = "(none)"  # target type of a reference in a form that names no resource, such as urn:uuid


def count_references(desk: Desk, types: Sequence[str], folder: Path) -> list[dict[str, Any]]:
    """By resource type, element and type referred to: ``references_checked``, ``references_unresolved``.

    ``folder`` holds ``<ResourceType>.parquet`` for each of ``types``. References to what is never landed, by
    identifier, and to contained resources are not counted.
    """
    if not types:
        return []
    keys = " union all ".join(f"select hash({literal(name + '/')} || id) as key from {_table(folder, name)}"
                              for name in types)  # fmt: skip
    desk.con.execute(f"create or replace temp table resource_keys as select distinct key from ({keys})")
    counted: list[dict[str, Any]] = []
    for name in types:
        for path, references in _places(name):
            found = desk.con.execute(_counting(_table(folder, name), references)).fetchall()
            counted += [
                {
                    "resource_type": name,
                    "path": path,
                    "target_type": target,
                    "references_checked": checked,
                    "references_unresolved": unresolved,
                }
                for target, checked, unresolved in found
            ]
    return counted


def record_references(
    ledger: Ledger, run_id: str, *, source: str, sender: str, counted: Sequence[dict[str, Any]]
) -> None:
    """Write into the ledger what the last build of a feed counted."""
    about = {"run_id": run_id, "source": source, "sender": sender}
    ledger.put("unresolved_reference", [about | row for row in counted])


def _table(folder: Path, name: str) -> str:
    return f"read_parquet({literal(folder / f'{name}.parquet')}, hive_partitioning = false)"


def _places(resource_type: str) -> Iterator[tuple[str, str]]:
    """Path and SQL (a list of references) of every element that refers to another resource."""
    for name, kind in SHAPES[resource_type].items():
        if kind == REFERENCE:
            yield name, f"[{quoted(name)}]"
        elif kind == f"{REFERENCE}[]":
            yield name, quoted(name)
        elif kind.endswith("[]") and REFERENCE in kind:
            for inner in _inner(kind):
                yield f"{name}.{inner}", f"list_transform({quoted(name)}, lambda i: i.{quoted(inner)})"


def _inner(kind: str) -> Iterator[str]:
    """Names of the members of a list of structs that are references."""
    before = kind.split(REFERENCE)[:-1]
    for part in before:
        yield part.rstrip().rsplit('"', 2)[-2]


def _counting(table: str, references: str) -> str:
    types = ", ".join(literal(name) for name in SHAPES)
    return f"""
        with referred as (select unnest({references}) as r from {table}),
        read as (
            select reference_key(r) as key, case
                when r.reference is null then r.type
                when reference_key(r) is null then {literal(NO_LITERAL)}
                else split_part(reference_key(r), '/', 1) end as target
            from referred
            where (r.reference is not null and not starts_with(r.reference, '#'))
                or starts_with(r.identifier.system, {literal(_NOT_FOUND)})
        )
        select target, count(*), count_if(key is null or hash(key) not in (from resource_keys))
        from read where target in ({types}, {literal(NO_LITERAL)}) group by target order by target"""
