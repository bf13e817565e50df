"""The gate at the end: nobody who may not be in a product is in what is about to be published.

It does not trust the step that left them out. Whose key may appear is worked out again from the vault: people
of whom at least one record may be in, who have not objected, withdrawn or been deleted since. Every column of
person keys is compared with that list, so that a key that belongs to nobody is refused like an objector's.
Rows that stay out although their person may be in (a confidential entry, a restricted code, a test record)
are looked for by the keys that their resources would have. Counts go to the ledger; the keys of those who are
kept out are never written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal, values_hidden
from pipeline.errors import ChecksRefusedError
from pipeline.gate_words import OBJECTIONS, objection_rules
from pipeline.identity.eligibility import decision_file
from pipeline.identity.eligibility.rows import person_resources
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.objections.state import PRODUCT as SECONDARY_USE
from pipeline.identity.objections.suppressed import find_suppressed
from pipeline.identity.standardise import fhir_view
from pipeline.identity.vault import open_vault
from pipeline.keys import KeyRing, load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_ALLOWED = Path(__file__).with_name("allowed.sql")
_PERSON_KEY = "person_key"  # how the name of every column of person keys ends


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look through a stage found: tables, keys looked at, and what should not be there."""

    tables: int
    keys: int
    people: int
    rows: int


def objections_gate(
    settings: Settings, ledger: Ledger, *, run_id: str, product: str, stage: str, place: Path,
    keys: KeyRing | None = None,
) -> Looked:  # fmt: skip
    """Look through ``place`` for whoever may not be in ``product``: a folder of Parquet files, or a database.

    ``keys`` is the ring that the pseudonyms there were made with, by default the deployment's.

    Writes ``rule_result`` rows of the suite ``objections``: ``<stage>_people`` and ``<stage>_rows``. Raises
    :class:`ChecksRefusedError` with counts where anybody or anything is there, where no table has a person
    key, and where ``run_id`` did not decide who may be in.
    """
    zones, keys = Zones(settings.home), keys or load_keys(settings)
    _require_decided(zones, product, run_id)
    with open_vault(settings, keys, read_only=True) as connection, values_hidden("objections gate"):
        _require_run(connection, zones, product, run_id)
        _find_allowed(connection, zones, keys, product)
        with _tables(connection, place) as tables:
            looked = _look(connection, tables)
    _record(ledger, run_id, product, stage, looked)
    if looked.people or looked.rows or not looked.keys:
        raise ChecksRefusedError(
            f"{product}: the objections gate found {looked.people} people and {looked.rows} rows that may "
            f"not be in it ({stage}: {looked.tables} tables, {looked.keys} keys of people); "
            "valid: none, among at least one key"
        )
    return looked


def _require_decided(zones: Zones, product: str, run_id: str) -> None:
    if not all(decision_file(zones, product, subject).exists() for subject in ("record", "row")):
        raise ChecksRefusedError(
            f"{product}: run {run_id} has not decided who may be in it; pseudonymise first"
        )


def _require_run(connection: DuckDBPyConnection, zones: Zones, product: str, run_id: str) -> None:
    """The decision must be this run's: another night's would let in who has objected since."""
    for subject in ("record", "row"):
        path = decision_file(zones, product, subject)
        connection.execute(
            f"create or replace temp view decided_{subject} as select * from read_parquet({literal(path)})"
        )
    other = connection.execute(
        "select 1 from decided_record where run_id <> ? "
        "union all select 1 from decided_row where run_id <> ? limit 1",
        [run_id, run_id],
    ).fetchone()
    if other is not None:
        raise ChecksRefusedError(
            f"{product}: run {run_id} has not decided who may be in it; pseudonymise first"
        )


def _find_allowed(connection: DuckDBPyConnection, zones: Zones, keys: KeyRing, product: str) -> None:
    """Build ``allowed_key`` (keys of people) and ``forbidden_key`` (of rows of people who are allowed)."""
    find_suppressed(connection, keys)
    connection.execute("set variable checks_reply = ?", [product == SECONDARY_USE])
    connection.execute(
        "create or replace temp table forbidden_row as select null::varchar as message where false"
    )
    connection.execute(_ALLOWED.read_text(encoding="utf-8"))
    for resource in person_resources():
        fhir_view(connection, "gate_row", zones=zones, resource_type=resource)
        connection.execute(_FORBIDDEN.format(resource=resource))
    with keyed(connection, keys.key(f"product:{product}")):
        connection.execute(
            "create or replace temp table allowed_key as "
            "select keyed_hash('person|v1|' || person_id) as key from allowed_id"
        )
        connection.execute(
            "create or replace temp table forbidden_key as "
            "select distinct keyed_hash('record|v1|' || message) as key from forbidden_row"
        )


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


@contextmanager
def _tables(connection: DuckDBPyConnection, place: Path) -> Iterator[dict[str, list[str]]]:
    """Relation -> its columns of keys, for every table of the folder or database."""
    if place.is_dir():
        relations = [f"read_parquet({literal(path)})" for path in sorted(place.glob("*.parquet"))]
        yield {relation: _key_columns(connection, relation) for relation in relations}
        return
    connection.execute(f"attach {literal(place)} as looked (read_only)")
    try:
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'looked' order by all"
        ).fetchall()
        relations = [f"looked.{identifier(schema)}.{identifier(table)}" for schema, table in names]
        yield {relation: _key_columns(connection, relation) for relation in relations}
    finally:
        connection.execute("detach looked")


def _key_columns(connection: DuckDBPyConnection, relation: str) -> list[str]:
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return [name for name, kind, *_ in described if name.endswith("_key") and kind == "VARCHAR"]


def _look(connection: DuckDBPyConnection, tables: dict[str, list[str]]) -> Looked:
    connection.execute("create or replace temp table found_person (key varchar)")
    keys = rows = 0
    for relation, columns in tables.items():
        for column in columns:
            name = identifier(column)
            if column.endswith(_PERSON_KEY):
                connection.execute(
                    f"create or replace temp table key_of_table as select distinct {name} as key "
                    f"from {relation} where {name} is not null"
                )
                keys += _count(connection, "select count(*) from key_of_table")
                connection.execute(
                    "insert into found_person from key_of_table anti join allowed_key using (key)"
                )
            else:
                rows += _count(
                    connection,
                    f"select count(*) from {relation} as t semi join forbidden_key as f on f.key = t.{name}",
                )
    return Looked(len(tables), keys, _count(connection, "select count(distinct key) from found_person"), rows)


def _count(connection: DuckDBPyConnection, query: str) -> int:
    return int((connection.execute(query).fetchone() or (0,))[0])


def _record(ledger: Ledger, run_id: str, product: str, stage: str, looked: Looked) -> None:
    of_people, of_rows = objection_rules(stage)
    rules = (
        (of_people, looked.keys, looked.people, looked.keys > 0 and looked.people == 0),
        (of_rows, looked.tables, looked.rows, looked.rows == 0),
    )
    ledger.put(
        "rule_result",
        [
            {
                "run_id": run_id, "product": product, "suite": OBJECTIONS, "rule_id": rule,
                "severity": "critical", "rows_checked": checked, "rows_failed": failed,
                "is_passed": int(is_passed),
            }
            for rule, checked, failed, is_passed in rules
        ],
    )  # fmt: skip
