"""Whose keys may stand in a product, worked out afresh, and kept until anything that it rests on changes.

A night looks for objectors in several stages of a product, and who may be in it is the same for all of them.
It is worked out once and kept as an encrypted database in the identity zone, under the vault's key: whoever
could write another in its place could write another vault. Beside it is the state of all that it was made
from: the vault, what was decided, every landed row, the code lists, the keys, the day and the run. Where one
of them is no longer what it was, nothing of it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from pipeline.duck import connect, literal
from pipeline.errors import ChecksRefusedError
from pipeline.file_state import state_of
from pipeline.identity.eligibility import decision_file
from pipeline.identity.eligibility.codings import find_codings
from pipeline.identity.eligibility.concepts import person_resources
from pipeline.identity.eligibility.rows import files_of_rows
from pipeline.identity.kept import attach, is_kept, keep
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.objections.afresh import look_afresh, marked_rows
from pipeline.identity.objections.looked import define_keys_within
from pipeline.identity.objections.state import PRODUCT as SECONDARY_USE
from pipeline.identity.objections.suppressed import find_suppressed
from pipeline.identity.standardise import fhir_view
from pipeline.identity.vault import open_vault, vault_path
from pipeline.keys import KeyRing
from pipeline.keys.purposes import product_purpose
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

_ALLOWED = Path(__file__).with_name("allowed.sql")
_TABLES = ("allowed_key", "unwanted_key")


@contextmanager
def keys_that_may_appear(
    settings: Settings, keys: KeyRing, *, product: str, run_id: str, as_of: date
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory with ``allowed_key`` (key) and ``unwanted_key`` (key, is_person).

    Allowed are the keys of people who may be in; unwanted are those of everybody else, those that anybody has
    in another product, and those of rows that stay out while their person is in. Raises
    :class:`ChecksRefusedError` where ``run_id`` has not decided who may be in.
    """
    _require_decided(settings, product, run_id)
    path, state = _path(settings, product), _state(settings, keys, product, run_id, as_of)
    if not is_kept(settings, keys, path, state):
        _work_out(settings, keys, product=product, run_id=run_id, as_of=as_of, state=state)
    connection = connect(settings)
    try:
        attach(connection, keys, path, "worked_out")
        for table in _TABLES:
            connection.execute(f"create temp view {table} as from worked_out.{table}")
        define_keys_within(connection)
        yield connection
    finally:
        connection.close()


def _require_decided(settings: Settings, product: str, run_id: str) -> None:
    zones = Zones(settings.home)
    if not all(decision_file(zones, product, subject).exists() for subject in ("record", "row")):
        raise ChecksRefusedError(
            f"{product}: run {run_id} has not decided who may be in it; pseudonymise first"
        )


def _path(settings: Settings, word: str) -> Path:
    return Zones(settings.home).identity / "objections" / f"{word}.duckdb"


def _state(settings: Settings, keys: KeyRing, product: str, run_id: str, as_of: date) -> str:
    """Of everything that whose keys may appear rests on."""
    zones, vault = Zones(settings.home), vault_path(settings)
    files = [
        vault, vault.with_name(f"{vault.name}.wal"),
        *(decision_file(zones, product, subject) for subject in ("record", "row")), *files_of_rows(zones),
    ]  # fmt: skip
    versions = (keys.key_id(product_purpose(each)) for each in PRODUCTS)
    return state_of([product, run_id, as_of.isoformat(), *versions], files)


def _work_out(
    settings: Settings, keys: KeyRing, *, product: str, run_id: str, as_of: date, state: str
) -> None:
    zones = Zones(settings.home)
    with open_vault(settings, keys, read_only=True) as connection:
        _read_decision(connection, zones, product)
        _require_run(connection, product, run_id)
        find_suppressed(connection, keys)
        look_afresh(connection, zones, heeds_objections=product == SECONDARY_USE, as_of=as_of)
        _find_marked(connection, settings, keys, run_id)
        _find_keys(connection, zones, keys, product)
        keep(connection, keys, _path(settings, product), state, _TABLES)


def _read_decision(connection: duckdb.DuckDBPyConnection, zones: Zones, product: str) -> None:
    """Views ``decided_record`` and ``decided_row`` of what was decided last."""
    for subject in ("record", "row"):
        path = decision_file(zones, product, subject)
        connection.execute(
            f"create or replace temp view decided_{subject} as select * from read_parquet({literal(path)})"
        )


def _require_run(connection: duckdb.DuckDBPyConnection, product: str, run_id: str) -> None:
    """The decision must be this run's: another night's would let in who has objected since."""
    other = connection.execute(
        "select 1 from decided_record where run_id <> ? "
        "union all select 1 from decided_row where run_id <> ? limit 1",
        [run_id, run_id],
    ).fetchone()
    if other is not None:
        raise ChecksRefusedError(
            f"{product}: run {run_id} has not decided who may be in it; pseudonymise first"
        )


def _find_marked(
    connection: duckdb.DuckDBPyConnection, settings: Settings, keys: KeyRing, run_id: str
) -> None:
    """Build ``marked_row`` (message): rows that stay out of every product, whichever was looked at first."""
    zones, path = Zones(settings.home), _path(settings, "marked_rows")
    state = state_of([run_id], files_of_rows(zones))
    if is_kept(settings, keys, path, state):
        attach(connection, keys, path, "marked")
        connection.execute("create or replace temp table marked_row as from marked.marked_row")
        connection.execute("detach marked")
        return
    find_codings(connection, settings, keys)
    connection.execute("create or replace temp table marked_row (message varchar)")
    for resource in person_resources():
        fhir_view(connection, "gate_row", zones=zones, resource_type=resource)
        connection.execute(f"insert into marked_row {marked_rows(connection, 'gate_row', resource)}")
    keep(connection, keys, path, state, ["marked_row"])


def _find_keys(connection: duckdb.DuckDBPyConnection, zones: Zones, keys: KeyRing, product: str) -> None:
    """Build ``allowed_key`` and ``unwanted_key``."""
    connection.execute(_ALLOWED.read_text(encoding="utf-8"))
    connection.execute("create or replace temp table forbidden_row as from marked_row")
    for resource in person_resources():
        fhir_view(connection, "gate_row", zones=zones, resource_type=resource)
        connection.execute(_FORBIDDEN.format(resource=resource))
    with keyed(connection, keys.key(product_purpose(product))):
        connection.execute(_KEYS)
    for other in PRODUCTS:
        if other != product:
            with keyed(connection, keys.key(product_purpose(other))):
                connection.execute(_KEYS_ELSEWHERE)


_KEYS = """
create or replace temp table allowed_key as
select keyed_hash('person|v1|' || person_id) as key from allowed_id;
create or replace temp table unwanted_key as
select keyed_hash('person|v1|' || person_id) as key, true as is_person from other_id
union
select keyed_hash('record|v1|' || message), false from forbidden_row;
"""
# A pseudonym of another product would join the two: nobody's may stand here, whoever is in that one.
_KEYS_ELSEWHERE = """
insert into unwanted_key
select keyed_hash('person|v1|' || person_id), true
from (select person_id from allowed_id union all select person_id from other_id)
"""

# Rows that stay out while their person is in; the rest of those who stay out is found by their person's key.
_FORBIDDEN = """
insert into forbidden_row
select g._source || '|' || g._sender || '|{resource}/' || g.id
from gate_row as g
semi join decided_row as d
    on d.source = g._source and d.sender = g._sender and d.file_id = g._file_id and d.row = g._row
union
select g._source || '|' || g._sender || '|{resource}/' || g.id
from gate_row as g
semi join withheld_record as w
    on w.source = g._source and w.sender = g._sender and w.record_id = g._record_id
"""
