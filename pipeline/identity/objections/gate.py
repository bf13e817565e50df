"""The gate at the end: nobody who may not be in a product is in what is about to be published.

It does not trust the step that left them out. Whose key may appear is worked out a second time, by code
of its own (:mod:`afresh`), and only whom both let in may be there. Every column of person keys is
compared with that list, so that a key that belongs to nobody is refused like an objector's; every other
column is looked through for the keys of whoever may not be in, and for those that people have in another
product. Rows that stay out although their person may be in (a confidential entry, a restricted code, a
test record) are looked for by the keys that their resources would have. Counts go to the ledger; the
keys of those who are kept out are never written anywhere.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal, values_hidden
from pipeline.errors import ChecksRefusedError
from pipeline.gate_words import OBJECTIONS, objection_rules
from pipeline.identity.eligibility import decision_file
from pipeline.identity.eligibility.rows import person_resources
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.objections.afresh import look_afresh, marked_rows
from pipeline.identity.objections.looked import Looked, define_keys_within, look, tables_of
from pipeline.identity.objections.state import PRODUCT as SECONDARY_USE
from pipeline.identity.objections.suppressed import find_suppressed
from pipeline.identity.standardise import fhir_view
from pipeline.identity.vault import open_vault
from pipeline.keys import KeyRing, load_keys
from pipeline.keys.purposes import product_purpose
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

_ALLOWED = Path(__file__).with_name("allowed.sql")


def objections_gate(
    settings: Settings, ledger: Ledger, *, run_id: str, product: str, stage: str, place: Path,
    as_of: date, keys: KeyRing | None = None,
) -> Looked:  # fmt: skip
    """Look through ``place`` for whoever may not be in ``product``: a folder of Parquet files, or a database.

    ``as_of`` is the night's day, on which objections are judged; ``keys`` the ring that the pseudonyms there
    were made with, by default the deployment's.

    Writes ``rule_result`` rows of the suite ``objections``: ``<stage>_people`` and ``<stage>_rows``. Raises
    :class:`ChecksRefusedError` with counts where anybody or anything is there, where no table has a person
    key, and where ``run_id`` did not decide who may be in.
    """
    zones, keys = Zones(settings.home), keys or load_keys(settings)
    _require_decided(zones, product, run_id)
    with open_vault(settings, keys, read_only=True) as connection, values_hidden("objections gate"):
        _read_decision(connection, zones, product)
        _require_run(connection, product, run_id)
        _find_allowed(connection, zones, keys, product=product, as_of=as_of)
        with tables_of(connection, place) as tables:
            looked = look(connection, tables)
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


def _read_decision(connection: DuckDBPyConnection, zones: Zones, product: str) -> None:
    """Views ``decided_record`` and ``decided_row`` of what was decided last."""
    for subject in ("record", "row"):
        path = decision_file(zones, product, subject)
        connection.execute(
            f"create or replace temp view decided_{subject} as select * from read_parquet({literal(path)})"
        )


def _require_run(connection: DuckDBPyConnection, product: str, run_id: str) -> None:
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


def _find_allowed(
    connection: DuckDBPyConnection, zones: Zones, keys: KeyRing, *, product: str, as_of: date
) -> None:
    """Build ``allowed_key`` and ``other_key`` (of people) and ``forbidden_key`` (of rows that stay out)."""
    find_suppressed(connection, keys)
    look_afresh(connection, zones, heeds_objections=product == SECONDARY_USE, as_of=as_of)
    connection.execute(_ALLOWED.read_text(encoding="utf-8"))
    connection.execute("create or replace temp table forbidden_row (message varchar)")
    for resource in person_resources():
        fhir_view(connection, "gate_row", zones=zones, resource_type=resource)
        afresh = marked_rows(connection, "gate_row", resource)
        connection.execute(_FORBIDDEN.format(resource=resource, afresh=afresh))
    with keyed(connection, keys.key(product_purpose(product))):
        connection.execute(_KEYS)
    for other in PRODUCTS:
        if other != product:
            with keyed(connection, keys.key(product_purpose(other))):
                connection.execute(_KEYS_ELSEWHERE)
    define_keys_within(connection)


_KEYS = """
create or replace temp table allowed_key as
select keyed_hash('person|v1|' || person_id) as key from allowed_id;
create or replace temp table other_key as
select keyed_hash('person|v1|' || person_id) as key from other_id;
create or replace temp table forbidden_key as
select distinct keyed_hash('record|v1|' || message) as key from forbidden_row;
"""
# A pseudonym of another product would join the two: nobody's may stand here, whoever is in that one.
_KEYS_ELSEWHERE = """
insert into other_key
select keyed_hash('person|v1|' || person_id)
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
union
{afresh}
"""


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
