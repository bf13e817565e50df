"""What a product published of the same things on earlier nights, handed to tonight's build.

The history tables of the version that is served are copied beside the pseudonymised rows, and nothing else
of it. Only people whom the product may hold tonight are in the copy, and of them nobody of whom an entry
stays out that did not then: who objected, was deleted or withdrew consent, and what came of an entry that
became confidential, is gone from the past as well with the next version.
Under a new key of the product (a rotation) every pseudonym is made anew; those of people, and of entries that
are still there, as tonight's rows have them, and those of entries that are gone from the old pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.clock import now
from pipeline.duck import identifier, literal
from pipeline.handling.histories import BEGINNINGS, History, history_tables
from pipeline.identity.carried import newly_withheld, rekeyed
from pipeline.identity.link import write_parquet
from pipeline.keys import KeyRing, load_keys, product_purpose
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

KNOWN = "known_columns"
STEP = "carry_history"
_PERSON_KEY = "person_key"
_PEOPLE = """
create or replace temp table person_in as
select distinct k.person_key from kept_record as k anti join begins_anew as b on b.person_id = k.person_id
"""


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was published: its database, and the public id of the key that its pseudonyms have."""

    database: Path
    key_id: str


@dataclass(frozen=True, slots=True)
class Continued:
    """The version whose history goes on tonight; ``is_rekeyed``: under another key."""

    database: Path
    is_rekeyed: bool


def find(
    connection: DuckDBPyConnection, settings: Settings, ledger: Ledger, before: Published | None, *,
    run_id: str, product: str, keys: KeyRing,
) -> Continued | None:  # fmt: skip
    """Whether the history of ``before`` goes on under ``keys``; where it does not, the ledger says why.

    It goes on under the key that it has, and under a new one while the one that it has is still in use: then
    ``former_key`` is built, which needs ``record_eligibility``.
    """
    purpose = product_purpose(product)
    if before is None:
        _tell_beginning(ledger, run_id, product, "no version is served that it could go on from")
        return None
    if before.key_id == keys.key_id(purpose):
        return Continued(before.database, is_rekeyed=False)
    in_use = load_keys(settings)
    if before.key_id != in_use.key_id(purpose):
        why = f"the served version has pseudonyms of another key ({before.key_id or 'unknown'})"
        _tell_beginning(ledger, run_id, product, why)
        return None
    rekeyed.remember_former(connection, Zones(settings.home), in_use.key(purpose))
    return Continued(before.database, is_rekeyed=True)


def _tell_beginning(ledger: Ledger, run_id: str, product: str, why: str) -> None:
    row = {
        "run_id": run_id, "step": STEP, "subject": product, "started_at": now(), "ended_at": now(),
        "outcome": "done", "message": f"history begins with this night: {why}",
    }  # fmt: skip
    ledger.put("step", [row])


@contextmanager
def published_before(connection: DuckDBPyConnection, version: Continued | None) -> Iterator[None]:
    """Within the block the version can be read as ``published_before``, if there is one."""
    if version is None:
        yield
        return
    connection.execute(f"attach {literal(version.database.resolve())} as published_before (read_only)")
    try:
        yield
    finally:
        connection.execute("detach published_before")


def write(
    connection: DuckDBPyConnection, zones: Zones, folder: Path, version: Continued | None, *,
    run_id: str, product: str,
) -> None:  # fmt: skip
    """Write ``history__<table>.parquet`` of every history table into ``folder``; empty where none goes on.

    Needs ``record_eligibility``, ``row_eligibility``, ``kept_record`` and ``keyed_hash``, and what
    :func:`find` and :func:`published_before` made. The files have the columns and types of today's tables:
    one that the version had not is null, and not in ``known_columns``.
    """
    since = version.database.stem if version is not None else None
    newly_withheld.find(connection, zones, product, run_id=run_id, since=since)
    write_files(connection, folder, version)


def write_files(connection: DuckDBPyConnection, folder: Path, version: Continued | None) -> None:
    """The files of :func:`write`, where ``begins_anew`` says whose past is left out."""
    is_rekeyed = version is not None and version.is_rekeyed
    if version is not None:
        connection.execute(_PEOPLE)
    if is_rekeyed:
        rekeyed.make_keys_anew(connection)
    for history in history_tables():
        known = _columns(connection, history.table) if version is not None else {}
        query = _carried(history, known, is_rekeyed=is_rekeyed) if known else _empty(history)
        write_parquet(connection, query, folder / history.file_name)


def _columns(connection: DuckDBPyConnection, table: str) -> Mapping[str, str]:
    """Columns that the version has of a table; none where it has no such table."""
    schema, _, name = table.partition(".")
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'published_before' "
        "and schema_name = ? and table_name = ? order by column_index",
        [schema, name],
    ).fetchall()
    return dict(rows)


def _empty(history: History) -> str:
    typed = [f"null::{kind} as {identifier(name)}" for name, kind in history.columns.items()]
    return f"select {', '.join([*typed, *_known(history, {})])} where false"


def _carried(history: History, known: Mapping[str, str], *, is_rekeyed: bool) -> str:
    keys = [name for name in history.columns if name in known and name.endswith("_key")]
    values = {name: f"t.{identifier(name)}" if name in known else "null" for name in history.columns}
    if is_rekeyed:
        values |= {name: rekeyed.made_anew(name) for name in keys}
    typed = [f"{values[name]}::{kind} as {identifier(name)}" for name, kind in history.columns.items()]
    table = ".".join(identifier(part) for part in history.table.split("."))
    rows = (
        f"select {', '.join([*typed, *_known(history, known)])} from published_before.{table} as t "
        f"{rekeyed.joins(keys) if is_rekeyed else ''}"
    )
    may_stay = " semi join person_in as p on p.person_key = r.person_key" if _PERSON_KEY in keys else ""
    return f"select r.* from ({rows}) as r{may_stay}"


def _known(history: History, known: Mapping[str, str]) -> list[str]:
    """The column that says which columns the version had; what tells of nobody needs none."""
    if history.table == BEGINNINGS:
        return []
    listed = ", ".join(literal(name) for name in history.columns if name in known)
    return [f"[{listed}]::varchar[] as {KNOWN}"]
