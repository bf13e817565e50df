"""The current rows of what a feed sent as FHIR: of an id the row of the latest file, unless deleted since.

Files follow each other by extract date; those of one day that were fetched as exports by the server's own
time, all others by name. So a version that comes twice, because exports overlap, is one row, and the order in
which files arrive decides nothing. A deletion takes away the rows of its own export, or of its own day where
no export is named, and of all before: what an export holds as deleted it does not hold as a record (HL7 Bulk
Data Access, "deleted"). What is sent later is there again.

What an export of landed records wrote (``wsic export-fhir``) counts from the day that its record came on, and
behind the sender's own word of that day. Of an id that native files of the feed speak of, or ever spoke of,
they alone decide: there it is a repeat, and brings nothing back that they deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

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

Placed = Sequence[tuple[int, int, KnownFile]]
"""Files with their place, and that of their extract: those of one export, or else of one day, share it."""


def types_sent_as_fhir(scope: Scope) -> list[str]:
    """Resource types that the feed sent as FHIR, in the order in which they came first."""
    found = (resource_type_of(file.name) for file in scope.counting if file.format == FHIR)
    return list(dict.fromkeys(name for name in found if name))


def sent_as_fhir(desk: Desk, scope: Scope, native_ids: Mapping[str, str]) -> dict[str, str]:
    """SELECT of the current rows of every resource type that the feed sent as FHIR.

    ``native_ids`` names, by resource type, a table of the ids (``id``) that its native files ever spoke of.
    """
    by_type: dict[str, list[tuple[int, int, KnownFile]]] = {}
    deletions: list[tuple[int, int, KnownFile]] = []
    extracts: dict[tuple[date, str], int] = {}
    for place, file in enumerate(file for file in scope.counting if file.format == FHIR):
        placed = (place, extracts.setdefault((file.extract_date, file.export), len(extracts)), file)
        resource_type = resource_type_of(file.name)
        if resource_type:
            by_type.setdefault(resource_type, []).append(placed)
        elif message_of(file.name) == DELETIONS:
            deletions.append(placed)
    current = {name: _current_sql(desk, name, files, deletions) for name, files in by_type.items()}
    return {
        name: f"select * from ({sql}) anti join {quoted(native_ids[name])} using (id)"
        if name in native_ids
        else sql
        for name, sql in current.items()
    }


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
        select {columns}, {_extract(files)} as _extract from {_typed(desk, resource_type, files)}
        qualify row_number() over (
            partition by id
            order by _extract_date desc, {_is_own_word(files)} desc, {_place(files)} desc, _row desc
        ) = 1"""
    if not deletions:
        return f"select {columns} from ({latest})"
    deleted = f"""
        select id, max({_extract(deletions)}) as _extract from {_typed(desk, DELETIONS, deletions)}
        where resource_type = {literal(resource_type)} group by id"""
    return f"""
        select {columns} from ({latest}) as latest
        anti join ({deleted}) as deleted on deleted.id = latest.id and deleted._extract >= latest._extract"""


def _typed(desk: Desk, word: str, files: Placed) -> str:
    paths = ", ".join(literal(desk.typed_path(FHIR, word, file.stored_as)) for _, _, file in files)
    return f"read_parquet([{paths}], union_by_name = true, hive_partitioning = false)"


def _place(files: Placed) -> str:
    """Expression of the place of a row's file."""
    return _of_file((file.file_id, place) for place, _, file in files)


def _is_own_word(files: Placed) -> str:
    """Expression of whether a row came from its sender: 1, or 0 where an export repeats what had come."""
    if not any(file.is_exported for _, _, file in files):
        return "1"
    return _of_file((file.file_id, int(not file.is_exported)) for _, _, file in files)


def _extract(files: Placed) -> str:
    """Expression of the place of a row's extract."""
    return _of_file((file.file_id, extract) for _, extract, file in files)


def _of_file(places: Iterable[tuple[str, int]]) -> str:
    listed = ", ".join(f"{literal(file_id)}: {place}" for file_id, place in places)
    return f"map {{{listed}}}[_file_id]"
