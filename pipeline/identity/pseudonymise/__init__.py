"""The step ``pseudonymise``: what a product may hold of the landed records, and nothing else of them.

Writes ``pseudonymised/<product>/<source>__<entity>.parquet`` for every source and every entity of the
register of handling, empty ones too, ``person_sources.parquet`` (a row a record, with its person's key at
the three thresholds of linking and the probabilities that the link is false, or that one is missed) and
``link_groups.parquet`` (links by step and group, without those who objected), and
``history__<table>.parquet`` (what was published of the same people before: :mod:`pipeline.identity.carried`).
Keys are HMAC-SHA256 under the product's own key, so that two products cannot be joined: a person's of
``person|v1|<person id>``, a record's of ``record|v1|<source>|<sender>|<Type/id>``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.declare import SOURCE_WORDS
from connectors.register import Entity, entities, written_columns
from pipeline.duck import literal, parquet, values_hidden
from pipeline.errors import UsageError, one_of
from pipeline.handling import written as handling
from pipeline.identity import carried
from pipeline.identity.eligibility import decide
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.objections import evidence
from pipeline.identity.pseudonymise import accounts, linkage
from pipeline.identity.pseudonymise.folder import replaced
from pipeline.identity.pseudonymise.newborns import find_newborn_periods
from pipeline.identity.pseudonymise.projection import begin_counting, counted, statements
from pipeline.identity.pseudonymise.references import find_withheld
from pipeline.identity.pseudonymise.summary import (
    OutsideDomain,
    PseudonymiseSummary,
    record_outside,
    summarise,
)
from pipeline.identity.standardise import define_macros
from pipeline.identity.vault import open_vault
from pipeline.keys import KeyRing, load_keys, product_purpose
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

_PEOPLE = Path(__file__).with_name("people.sql")
# Not the probabilities: how rare a name is shows in them. They leave as sums over groups.
_PERSON_SOURCES = """
select
    k.person_key, k.source, k.sender, k.link_step, k.link_confidence,
    k.strict_person_key, k.loose_person_key
from kept_record as k
semi join written_record as w on w.source = k.source and w.sender = k.sender and w.record_id = k.record_id
"""
_AREA = {"postcode": "VARCHAR", "lsoa_code": "VARCHAR", "local_authority_code": "VARCHAR"}


def pseudonymise(
    settings: Settings,
    ledger: Ledger,
    run_id: str,
    product: str,
    as_of: date,
    *,
    keys: KeyRing | None = None,
    before: carried.Published | None = None,
) -> PseudonymiseSummary:
    """Write the pseudonymised zone of ``product``, whole or not at all, and its accounts into the ledger.

    ``keys`` are those of a rotation under way; without them, the deployment's of now. ``before`` is the
    version that is served, whose history goes on; where there is none that can go on, it begins tonight.

    Raises :class:`ChecksRefusedError` where objections cannot be honoured or the accounts do not
    balance; the folder of the last good run then stays as it is.
    """
    if product not in PRODUCTS:
        raise UsageError(one_of("product", product, PRODUCTS))
    zones, keys = Zones(settings.home), keys or load_keys(settings)
    with open_vault(settings, keys, read_only=True) as connection, values_hidden("pseudonymising"):
        define_macros(connection)
        decide(connection, settings, product=product, as_of=as_of, run_id=run_id)
        connection.execute("set preserve_insertion_order = false")
        goes_on = carried.find(
            connection, settings, ledger, before, run_id=run_id, product=product, keys=keys
        )
        with (
            carried.published_before(connection, goes_on),
            keyed(connection, keys.key(product_purpose(product))),
            replaced(zones.pseudonymised(product)) as folder,
        ):
            connection.execute(_PEOPLE.read_text(encoding="utf-8"))
            find_newborn_periods(connection, zones, as_of)
            _area_table(connection, zones)
            find_withheld(connection, zones)
            outside = [
                found for source in SOURCE_WORDS for found in _write_source(connection, zones, source, folder)
            ]
            _copy(connection, _PERSON_SOURCES, folder / "person_sources.parquet")
            linkage.count(connection, zones, as_of)
            _copy(connection, linkage.GROUPS, folder / "link_groups.parquet", run_id)
            linkage.record(connection, ledger, run_id, product)
            carried.write(connection, zones, folder, goes_on, run_id=run_id, product=product)
            handling.write(folder)
            withheld = accounts.record(ledger, connection, run_id, product)
        summary = summarise(connection, product, withheld, tuple(outside))
        evidence.record_check(
            connection, settings, ledger, run_id=run_id, product=product, people_in=summary.people
        )
    record_outside(ledger, run_id, summary)
    return summary


def _write_source(
    connection: DuckDBPyConnection, zones: Zones, source: str, folder: Path
) -> list[OutsideDomain]:
    """Every entity of one source, then the source's accounts."""
    outside, about_people = [], []
    for entity in entities().values():
        target = folder / f"{source}__{entity.name}.parquet"
        outside += _write_entity(connection, zones, source=source, entity=entity, target=target)
        if entity.about_a_person:
            about_people.append(target)
    accounts.account(connection, zones, source, about_people)
    return outside


def _write_entity(
    connection: DuckDBPyConnection, zones: Zones, *, source: str, entity: Entity, target: Path
) -> list[OutsideDomain]:
    files = sorted((zones.fhir / entity.resource).glob(f"source={source}/sender=*/*.parquet"))
    sql = statements(entity, files)
    if not files:
        _copy(connection, f"select * from {parquet([], written_columns(entity))}", target)
        return []
    begin_counting(connection, sql.checked)
    rows, values = _copy(connection, sql.rows, target), counted(connection)
    return [
        OutsideDomain(source, entity.name, column, rows, values[column])
        for column in sql.checked
        if column in values
    ]


def _copy(connection: DuckDBPyConnection, query: str, target: Path, *parameters: str) -> int:
    """Write a file that only its owner reads; returns its rows."""
    done = connection.execute(
        f"copy ({query}) to {literal(target)} (format parquet, compression zstd)", parameters
    ).fetchone()
    target.chmod(0o600)
    return int(done[0]) if done else 0


def _area_table(connection: DuckDBPyConnection, zones: Zones) -> None:
    """Table ``postcode_area``: one row a postcode; without reference data no area is known."""
    path = zones.reference / "postcodes.parquet"
    sent = parquet([path] if path.exists() else [], _AREA)
    connection.execute(f"""
create or replace temp table postcode_area as
select
    postcode_folded(postcode) as postcode,
    any_value(lsoa_code) as lsoa_code,
    any_value(local_authority_code) as local_authority_code
from {sent}
group by 1""")
