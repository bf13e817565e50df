"""Resolving pseudonyms: the HMAC of everyone who may be given, set-based, against the keys that were asked.

A pseudonym is never reversed: the keyed hash of the people in question is made again and compared. Only
people in the product, with whom the organisation has a relationship, are hashed at all, so that a key
of somebody else and a key of nobody cannot be told apart, not even by the time that they take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from duckdb import DuckDBPyConnection

from pipeline.duck import values_hidden
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.reidentify.found import Found
from pipeline.identity.reidentify.relationships import find_relationships, read_released
from pipeline.identity.vault import open_vault
from pipeline.keys import AUDIT_SUBJECT, load_keys, product_purpose
from pipeline.settings import Settings
from pipeline.zones import Zones

SUBJECT = "keyed_hash('subject|v1|' || person_id)"  # a person in the audit log, under the key audit-subject

_FOUND = """
create or replace temp table person_found as
with candidate as (
    select p.person_id, p.nhs_number, keyed_hash('person|v1|' || p.person_id) as person_key
    from vault.person as p
    where
        p.state is distinct from 'absorbed'
        and p.nhs_number is not null
        and p.person_id in (select person_id from record_released)
        and p.person_id in ({related})
)
select c.person_id, c.person_key, c.nhs_number
from candidate as c
semi join key_asked as a on a.person_key = c.person_key
"""
_RELATED = "select person_id from legitimate_relationship"
_EVERYBODY = "select person_id from record_released"


@dataclass(frozen=True, slots=True)
class KeyIds:
    """Public ids of a product's keys: the one in use, and the retired ones with the day that they were."""

    current: str
    retired: dict[str, str]


def key_ids(settings: Settings, product: str) -> KeyIds:
    """Which keys made the pseudonyms of a product, now and before."""
    history = [info for info in load_keys(settings).history() if info.purpose == product_purpose(product)]
    return KeyIds(
        current=load_keys(settings).key_id(product_purpose(product)),
        retired={info.key_id: info.retired_at[:10] for info in history if info.retired_at},
    )


def resolve(
    settings: Settings,
    person_keys: Sequence[str],
    *,
    product: str,
    organisation: str,
    as_of: date,
    needs_relationship: bool = True,
) -> Found:
    """Who stands behind the keys, of those whom the organisation may be given.

    ``needs_relationship`` is false for a break-glass only. Raises :class:`SetupError` where nothing was
    linked or the product was never made.
    """
    keys, zones = load_keys(settings), Zones(settings.home)
    with (
        open_vault(settings, keys, read_only=True) as connection,
        values_hidden("re-identification"),
    ):
        read_released(connection, zones, product)
        if needs_relationship:
            find_relationships(connection, settings, organisation=organisation, as_of=as_of)
        _load(connection, person_keys)
        with keyed(connection, keys.key(product_purpose(product))):
            connection.execute(_FOUND.format(related=_RELATED if needs_relationship else _EVERYBODY))
        with keyed(connection, keys.key(AUDIT_SUBJECT)):
            rows = connection.execute(f"select {SUBJECT} from person_found order by 1").fetchall()
        numbers = connection.execute("select person_key, nhs_number from person_found order by 1").fetchall()
    asked = len(set(person_keys))
    return Found(
        given=len(numbers), not_given=asked - len(numbers), subjects=tuple(row[0] for row in rows),
        _numbers=tuple((str(key), str(number)) for key, number in numbers),
    )  # fmt: skip


def _load(connection: DuckDBPyConnection, person_keys: Sequence[str]) -> None:
    connection.execute("create or replace temp table key_asked (person_key varchar)")
    connection.execute("insert into key_asked select distinct unnest(?::varchar[])", [list(person_keys)])
