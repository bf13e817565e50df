"""The pseudonyms of a carried history under the product's new key, while both keys are at hand.

Old and new pseudonyms meet in temporary tables of a connection to the vault, and are in no file.
"""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from pipeline.duck import identifier
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.standardise import fhir_view
from pipeline.zones import Zones

ENTRY = "history_entry"
_PERSON_KEY = "person_key"
_FORMER = f"""
create or replace temp table former_key as
select keyed_hash(message) as key, message
from (
    select distinct 'person|v1|' || person_id as message from record_eligibility where reason is null
    union all
    select distinct 'record|v1|' || _source || '|' || _sender || '|EpisodeOfCare/' || id from {ENTRY}
)
"""
_NEW = """
create or replace temp table new_key as select key, keyed_hash(message) as new_key from former_key;
drop table former_key
"""


def remember_former(connection: DuckDBPyConnection, zones: Zones, former: bytes) -> None:
    """Build ``former_key`` (key, message) of people who may be in and of all entries, under ``former``.

    Needs ``record_eligibility``.
    """
    fhir_view(connection, ENTRY, zones=zones, resource_type="EpisodeOfCare")
    with keyed(connection, former):
        connection.execute(_FORMER)


def make_keys_anew(connection: DuckDBPyConnection) -> None:
    """``former_key`` -> ``new_key`` (key, new_key), under the key that ``keyed_hash`` has now."""
    connection.execute(_NEW)


def joins(keys: Iterable[str]) -> str:
    """From t to the new keys of its columns ``keys``: no row of a person who has none."""
    kinds = {name: "inner" if name == _PERSON_KEY else "left" for name in keys}
    return " ".join(
        f"{kind} join new_key as n_{name} on n_{name}.key = t.{identifier(name)}"
        for name, kind in kinds.items()
    )


def made_anew(name: str) -> str:
    """The new pseudonym in a column; of an entry that is gone, one that nothing else ever has."""
    if name == _PERSON_KEY:
        return f"n_{name}.new_key"
    return f"coalesce(n_{name}.new_key, keyed_hash('history|v1|' || t.{identifier(name)}))"
