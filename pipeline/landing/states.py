"""The states of a file's records, one row a record and stage, from what the zones hold.

Stage ``received``: received. Stage ``landing``: landed; quarantined; replayed, where it landed only when it
was checked again; superseded, where it is in quarantine and its key, or its file, has landed since.
Stage ``current``: current; superseded by a later row or a delete; withheld with an extract that is held back.
What landed after the last build has no state of that stage yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from connectors import registry
from connectors.declare import Format, NativeFile
from connectors.types import quoted, typed
from pipeline.duck import literal, values_hidden
from pipeline.errors import UsageError
from pipeline.landing.build import current_rows, state_path
from pipeline.landing.desk import Desk, open_desk, put_in_place
from pipeline.landing.feeds import Feed
from pipeline.landing.ndjson import resource_type_of
from pipeline.landing.outcomes import FHIR, UNRECOGNISED
from pipeline.landing.quarantine import quarantine_path
from pipeline.landing.scope import in_scope
from pipeline.landing.tables import count, write_parquet
from pipeline.ledger import Ledger
from pipeline.settings import Settings

STATES = ("received", "landed", "quarantined", "replayed", "superseded", "current", "withheld")


def count_states(settings: Settings, ledger: Ledger, *, file_id: str, as_of: date) -> list[dict[str, Any]]:
    """How many records of one file are in which state: ``stage, state, records``.

    Raises :class:`UsageError` for a file that the ledger does not know.
    """
    with _asked(settings, ledger, file_id, as_of) as (desk, states):
        found = desk.con.execute(
            f"select stage, state, count(*) from ({states}) group by all order by all"
        ).fetchall()
    return [dict(zip(("stage", "state", "records"), row, strict=True)) for row in found]


def list_states(settings: Settings, ledger: Ledger, *, file_id: str, as_of: date) -> list[dict[str, Any]]:
    """Every record of one file, one row a record and stage: ``row, stage, state``."""
    with _asked(settings, ledger, file_id, as_of) as (desk, states):
        found = desk.con.execute(f"select * from ({states}) order by all").fetchall()
    return [dict(zip(("row", "stage", "state"), row, strict=True)) for row in found]


@contextmanager
def _asked(settings: Settings, ledger: Ledger, file_id: str, as_of: date) -> Iterator[tuple[Desk, str]]:
    row = known_file(ledger, file_id)
    feed = Feed(row["source"], row["sender"])
    with open_desk(settings, ledger, "states", feed) as desk, values_hidden(f"{feed}: states of {file_id}"):
        yield desk, record_states(desk, row, as_of=as_of)


def known_file(ledger: Ledger, file_id: str) -> dict[str, Any]:
    """The ledger's row of a received file; raises :class:`UsageError` where there is none."""
    found = ledger.query("select * from file where file_id = ?", (file_id,))
    if not found:
        raise UsageError("no received file has this file_id; valid: those of `wsic quarantine list`")
    return found[0]


def keep_replayed(desk: Desk, row: Mapping[str, Any], quarantined: Path) -> None:
    """Remember which rows of ``refused_before`` are in quarantine no more."""
    target = _replayed_path(desk, row)
    still = f"select _row from read_parquet({literal(quarantined)}, hive_partitioning = false)"
    if quarantined.exists() and count(desk.con, f"select count(*) from ({still}) where _row is null"):
        return  # the file is refused as a whole again
    rows = "select _row from refused_before" + (f" except {still}" if quarantined.exists() else "")
    if target.exists():
        rows += f" union select _row from read_parquet({literal(target)})"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = desk.part(target)
    write_parquet(desk.con, f"select * from ({rows}) order by _row", part)
    put_in_place(part, target)


def record_states(desk: Desk, row: Mapping[str, Any], *, as_of: date) -> str:
    """SELECT of ``row, stage, state`` of every record of one file (a row of the ledger's ``file``)."""
    rows_in, refused = int(row["rows_in"]), row["outcome"] == "refused"
    landed = _rows_of(None if refused else typed_of(desk, row))
    replayed = _rows_of(_replayed_path(desk, row))
    desk.con.execute(f"create or replace temp table landed_rows as {landed}")
    desk.con.execute(f"create or replace temp table mended_rows as {_mended(desk, row)}")
    return f"""
        with records as (select unnest(range(1, {rows_in + 1})) as _row)
        select _row as "row", 'received' as stage, 'received' as state from records
        union all
        select _row, 'landing', case
            when _row in (select _row from landed_rows)
                then if(_row in ({replayed}), 'replayed', 'landed')
            when _row in (select _row from mended_rows) then 'superseded'
            else 'quarantined' end
        from records
        union all
        {_current(desk, row, as_of)}"""


def typed_of(desk: Desk, row: Mapping[str, Any]) -> Path | None:
    """Where the typed rows of a file of the ledger lie; none for a file that no format declares."""
    if row["format"] == UNRECOGNISED:
        return None
    table = resource_type_of(row["file_name"]) or ""
    if row["format"] != FHIR:
        table = _native(row)[1].stem
    return desk.typed_path(str(row["format"]), table, str(row["file_id"]))


def _native(row: Mapping[str, Any]) -> tuple[Format, NativeFile]:
    format_ = registry.format_named(row["source"], row["format"])
    return format_, format_.file(row["file_name"])


def _replayed_path(desk: Desk, row: Mapping[str, Any]) -> Path:
    folder = desk.zones.home / "landing" / "replayed" / str(row["source"]) / str(row["sender"])
    return folder / f"{row['file_id']}.parquet"


def _rows_of(path: Path | None, column: str = "_row") -> str:
    if path is None or not path.exists():
        return "select null::bigint as _row where false"
    return f"select {column} as _row from read_parquet({literal(path)}, hive_partitioning = false)"


def _current(desk: Desk, row: Mapping[str, Any], as_of: date) -> str:
    nothing = "select null::bigint, '', '' where false"
    scope = in_scope(desk.ledger, desk.feed, as_of)
    if row["file_id"] in {file.file_id for file in scope.held}:
        return "select _row, 'current', 'withheld' from landed_rows"
    fates = current_rows(desk.zones, desk.feed)
    if not state_path(desk.zones, desk.feed).exists() or not fates.exists():
        return nothing
    return f"""select _row, 'current', if(_row in (
            select "row" from read_parquet({literal(fates)}, hive_partitioning = false)
            where file_id = {literal(row["file_id"])}), 'current', 'superseded')
        from landed_rows"""


def _mended(desk: Desk, row: Mapping[str, Any]) -> str:
    """SELECT of ``_row`` of the refused rows that something received later has made good."""
    later = desk.ledger.query(
        """select f.*, coalesce(m.mends_file_id, '') as mends
        from file f left join file_mended m using (file_id)
        where source = ? and sender = ? and format = ? and outcome = 'landed'
        and received_seq > ? and extract_date >= ? order by received_seq""",
        (row["source"], row["sender"], row["format"], row["received_seq"], row["extract_date"]),
    )
    same = [file for file in later if file["file_name"].lower() == row["file_name"].lower()]
    again = [file for file in same if file["extract_date"] == row["extract_date"]]
    if any(not file["mends"] for file in again):
        return f"select unnest(range(1, {int(row['rows_in']) + 1})) as _row"
    parts = [_rows_of(typed_of(desk, file)) for file in again if file["mends"] == row["file_id"]]
    quarantined = _quarantine_of(desk, row)
    paths = [path for file in same if (path := typed_of(desk, file)) is not None and path.exists()]
    if quarantined.exists() and paths and row["format"] != UNRECOGNISED:
        parts.append(_by_key(row, quarantined, paths))
    return " union ".join(parts) or _rows_of(None)


def _quarantine_of(desk: Desk, row: Mapping[str, Any]) -> Path:
    day = date.fromisoformat(row["extract_date"])
    return quarantine_path(desk.zones, row["source"], row["sender"], day, row["file_id"])


def _by_key(row: Mapping[str, Any], quarantined: Path, paths: list[Path]) -> str:
    """Rows in quarantine whose business key has landed from a later file."""
    files = ", ".join(literal(path) for path in paths)
    if row["format"] == FHIR:
        sent, names = "json_extract_string(raw, '$.id')", ["id"]
        keys = sent
    else:
        format_, native = _native(row)
        names = list(native.key_columns)
        kinds = {column.name: column.kind for column in native.columns}
        keys = ", ".join(
            typed(kinds[name], f"json_extract_string(raw, {literal(f'$.{quoted(name)}')})", format_.dates)
            for name in names
        )
    landed = ", ".join(quoted(name) for name in names)
    refused = f"read_parquet({literal(quarantined)}, hive_partitioning = false)"
    return f"""select distinct _row from {refused}
        where _row is not null and json_valid(raw) and hash({keys}) in (
            select hash({landed})
            from read_parquet([{files}], union_by_name = true, hive_partitioning = false))"""
