"""The current rows of what a feed sent as FHIR: of an id the row of the latest file, unless deleted since.

Files follow each other by extract date; those of one day that were fetched as exports by the server's own
time, all others by receipt. So a version that comes twice, because exports overlap, is one row, and the
order in which exports arrive decides nothing. A deletion takes away the rows of its own export and of all
before it: what an export holds as deleted it does not hold as a record (HL7 Bulk Data Access, "deleted"),
and what is sent later is there again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.fhir import shapes
from connectors.fhir.messages import DELETIONS
from connectors.fhir.requirements import PERSON
from connectors.types import quoted
from pipeline.duck import literal
from pipeline.landing.desk import Desk
from pipeline.landing.messages import message_of
from pipeline.landing.ndjson import resource_type_of
from pipeline.landing.outcomes import FHIR
from pipeline.landing.scope import KnownFile, Scope

Placed = Sequence[tuple[int, KnownFile]]


def sent_as_fhir(desk: Desk, scope: Scope) -> dict[str, str]:
    """SELECT of the current rows of every resource type that the feed sent as FHIR."""
    by_type: dict[str, list[tuple[int, KnownFile]]] = {}
    deletions: list[tuple[int, KnownFile]] = []
    for placed in enumerate(file for file in scope.counting if file.format == FHIR):
        resource_type = resource_type_of(placed[1].name)
        if resource_type:
            by_type.setdefault(resource_type, []).append(placed)
        elif message_of(placed[1].name) == DELETIONS:
            deletions.append(placed)
    return {name: _current_sql(desk, name, files, deletions) for name, files in by_type.items()}


def fates_of(resources: Mapping[str, str]) -> list[str]:
    """SELECTs of ``file_id, row, record_id, supporting`` over what :func:`sent_as_fhir` gave."""
    return [
        f'select _file_id as file_id, _row as "row", _record_id as record_id, '
        f"{resource_type not in PERSON} as supporting from ({sql})"
        for resource_type, sql in resources.items()
    ]


def _current_sql(desk: Desk, resource_type: str, files: Placed, deletions: Placed) -> str:
    columns = ", ".join(quoted(name) for name in shapes.columns(resource_type))
    latest = f"""
        select {columns}, {_place(files)} as _place from {_typed(desk, resource_type, files)}
        qualify row_number() over (partition by id order by _place desc, _row desc) = 1"""
    if not deletions:
        return f"select {columns} from ({latest})"
    deleted = f"""
        select id, max({_place(deletions)}) as _place from {_typed(desk, DELETIONS, deletions)}
        where resource_type = {literal(resource_type)} group by id"""
    return f"""
        select {columns} from ({latest}) as latest
        anti join ({deleted}) as deleted on deleted.id = latest.id and deleted._place >= latest._place"""


def _typed(desk: Desk, word: str, files: Placed) -> str:
    paths = ", ".join(literal(desk.typed_path(FHIR, word, file.file_id)) for _, file in files)
    return f"read_parquet([{paths}], union_by_name = true, hive_partitioning = false)"


def _place(files: Placed) -> str:
    """Expression of the place of a row's file among all; those of one export share it."""
    places = ", ".join(f"{literal(file.file_id)}: {number}" for number, file in files)
    return f"map {{{places}}}[_file_id]"
