"""Lasting person ids for tonight's links, and all of it into the vault, in one transaction."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.person_index import night as nights
from pipeline.identity.person_index.history import (
    CANDIDATE,
    CONTRADICTION,
    EDGE,
    JOINED,
    PERSON,
    PERSON_INDEX,
    RECORD,
    SUPERSEDING,
    columns_of,
    forget_past,
    replace_rows,
)
from pipeline.identity.person_index.near import bring_near
from pipeline.identity.person_index.night import Night, narrow

_FOLDER = Path(__file__).parent
_KEPT = (
    (RECORD, "record_fresh", "record_gone", "record_before"),
    (PERSON, "person_fresh", None, None),
    (PERSON_INDEX, "index_fresh", "index_gone", None),
    (EDGE, "edge_fresh", "edge_gone", None),
    (JOINED, "joined_fresh", "joined_gone", None),
    (SUPERSEDING, "superseding_fresh", "superseding_gone", None),
    (CONTRADICTION, "contradiction_fresh", "contradiction_gone", None),
    (CANDIDATE, "candidate_fresh", "candidate_gone", None),
)
# Their birth dates are asked of their records.
_OF_NO_INDEX = """(
    select m.record_key from anchor_member as m inner join anchor_number as a on a.anchor = m.anchor
    anti join person_index as i on i.nhs_number = a.nhs_number
)"""


def assign_persons(connection: DuckDBPyConnection) -> None:
    """Build the rows that change of records and persons, and the night's events; within a ``keyed`` block."""
    bring_near(connection, "link_tonight")
    _run(connection, "assign.sql")
    bring_near(connection, _OF_NO_INDEX)
    _run(connection, "persons.sql")
    linked = [
        row[0] for row in connection.execute("describe link_tonight").fetchall() if row[0] != "record_key"
    ]
    _run(connection, "record_wanted.sql")
    bring_near(connection, "record_wanted")
    narrow(connection, "record_before", "from record_near semi join record_wanted using (record_key)")
    compared = [*linked, "person_id", "strict_person_id", "loose_person_id"]
    _run(
        connection,
        "record.sql",
        content=columns_of(connection, "identity_record"),
        linked=", ".join(linked),
        same=" and ".join(f"r.{name} is not distinct from f.{name}" for name in compared),
    )


def compare_with_before(connection: DuckDBPyConnection) -> dict[str, int]:
    """What tonight's links change of those that stand, in counts; before :func:`keep`."""
    _run(connection, "relinked.sql")
    found = connection.execute("from relinked")
    names = [column[0] for column in found.description]
    return {name: int(count) for name, count in zip(names, found.fetchall()[0], strict=True)}


def keep(connection: DuckDBPyConnection, night: Night) -> None:
    """Write everything that changed into the vault, whole or not at all."""
    connection.execute("begin")
    try:
        for table, fresh, gone, before in _KEPT:
            replace_rows(connection, table, seq=night.seq, fresh=fresh, gone=gone, before=before)
        connection.execute(
            "insert into vault.person_event by name select getvariable('seq')::integer as seq, "
            "getvariable('run_id') as run_id, * from event_tonight order by person_id, event, other_person_id"
        )
        forget_past(connection, seq=night.seq)
        nights.end(connection, night)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _run(connection: DuckDBPyConnection, name: str, **words: str) -> None:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    connection.execute(text.format(**words) if words else text)
