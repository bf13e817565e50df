"""A product of eleven known people, for planting identifiers, and the look of the identity room into it."""

from __future__ import annotations

import hmac
from pathlib import Path

import duckdb

from pipeline.identity import link, scan_for_leaks
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number

NUMBER = nhs_number(1)
SPACED = f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}"
PRODUCT = "secondary_use"
BORN = {"r1": "1950-06-01", **{f"r{n}": f"19{50 + n}-06-1{n % 10}" for n in range(2, 12)}}
COLUMNS = {
    "text": ("varchar", "?"),
    "list": ("varchar[]", "['nothing', ?]"),
    "structure": ("struct(note varchar, n integer)", "{'note': ?, 'n': 1}"),
    "map": ("map(varchar, varchar)", "map {'note': ?}"),
    "json": ("json", "to_json(?::varchar)"),
}


def settle(home: Path) -> Economy:
    """A vault of eleven people; the first has a name and a home that nobody else has."""
    economy = Economy(home)
    name = [{"family": "Quillfeather", "given": ["Zephaniah"]}]
    address = [{"use": "home", "postalCode": "HA1 3UJ"}]
    for n, (record, born) in enumerate(BORN.items(), start=1):
        known = {"name": name, "address": address} if record == "r1" else {}
        economy.person(record, nhs_number(n), born, **known)
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    return economy


def make_product(economy: Economy, path: Path) -> Path:
    """Everybody's pseudonym, ordinary columns, and nothing that should be found."""
    key = load_keys(economy.settings).key(f"product:{PRODUCT}")
    people = {row["record_id"]: row["person_id"] for row in economy.table(economy.exported())}
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema core; create table core.person (person_key varchar, record varchar, sex varchar, "
            "birth_month date, seen_on date, list_size bigint, cost_gbp double, code varchar); "
            f"create schema audit; create table audit.run as select date '{AS_OF}' as as_of"
        )
        for record, person in people.items():
            pseudonym = hmac.new(key, f"person|v1|{person}".encode(), "sha256").hexdigest()
            connection.execute(
                "insert into core.person values "
                "(?, ?, 'female', '1950-06-01', '2026-01-05', 9434765, 9434765.19, '1000000001')",
                [pseudonym, record],
            )
    return path


def found(economy: Economy, product: Path) -> dict[str, set[str]]:
    """Kind of identifier -> the places that the look names."""
    places: dict[str, set[str]] = {}
    for row in scan_for_leaks(economy.settings, PRODUCT, product).to_pylist():
        if row["values_found"]:
            places.setdefault(row["kind"], set()).add(row["place"])
    return places


def plant(
    product: Path, kind: str, value: str, planted: object, *, name: str = "planted", everywhere: bool = False
) -> None:
    """A new column of core.person that holds ``value``, SQL with ``planted`` for its ``?``, in r1's row."""
    with duckdb.connect(str(product)) as connection:
        connection.execute(f"alter table core.person add column {name} {kind}")
        where = "" if everywhere else " where record = 'r1'"
        bound = [planted] if "?" in value else []
        connection.execute(f"update core.person set {name} = {value}{where}", bound)
