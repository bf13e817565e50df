"""Each kind of identifier, planted in each kind of column, is found by the look from the identity room."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from expectations.judge import judge
from expectations.published import index_leaks
from pipeline.identity import scan_for_leaks
from pipeline.keys import begin_rotation, load_keys, settle_rotation
from tests.identity_economy import Economy
from tests.leak_house import COLUMNS, NUMBER, SPACED, found, plant
from tests.product_fixture import run_sql

_DIGEST = {name: hashlib.new(name, NUMBER.encode()) for name in ("md5", "sha1", "sha256")}
_HYPHENED = SPACED.replace(" ", "-")
TEXTS = {
    "plain": ("nhs_number", NUMBER),
    "spaced": ("nhs_number", SPACED),
    "hyphened": ("nhs_number", _HYPHENED),
    "dotted": ("nhs_number", SPACED.replace(" ", ".")),
    "embedded": ("nhs_number", f"see also {SPACED}, same household"),
    "backwards": ("nhs_number", NUMBER[::-1]),
    "full width": ("nhs_number", NUMBER.translate({48 + n: 0xFF10 + n for n in range(10)})),
    "hexadecimal": ("encoded_number", NUMBER.encode().hex()),
    "base 64": ("encoded_number", base64.b64encode(NUMBER.encode()).decode()),
    "base 64 of the spaced one": ("encoded_number", base64.b64encode(SPACED.encode()).decode()),
    **{name: ("hashed_number", digest.hexdigest()) for name, digest in _DIGEST.items()},
    "capital sha256": ("hashed_number", _DIGEST["sha256"].hexdigest().upper()),
    "sha256 in base 64": ("hashed_number", base64.b64encode(_DIGEST["sha256"].digest()).decode()),
    "sha256 of the spaced one": ("hashed_number", hashlib.sha256(SPACED.encode()).hexdigest()),
    "md5 of the hyphened one": ("hashed_number", hashlib.md5(_HYPHENED.encode()).hexdigest()),  # noqa: S324
    "name": ("name", "Zephaniah Quillfeather"),
    "name turned round": ("name", "QUILLFEATHER, Zephaniah"),
    "name in a code": ("name", "Quillfeather, Zephaniah"),
    "name in a sentence": ("name", "spoke to zephaniah quillfeather today"),
    "postcode": ("postcode", "HA1 3UJ"),
    "postcode in one": ("postcode", "ha13uj"),
    "postcode in letters": ("postcode", "H A1 3 U J"),
    "postcode in a sentence": ("postcode", "lives at HA1 3UJ with her son"),
    "birth date": ("own_birth_date", "1950-06-01"),
    "birth date as people write it": ("own_birth_date", "born 01/06/1950"),
}


def test_an_honest_product_shows_nothing(economy: Economy, product: Path) -> None:
    assert found(economy, product) == {}


@pytest.mark.parametrize("column", COLUMNS)
def test_an_identifier_is_found_however_it_is_written(column: str, economy: Economy, product: Path) -> None:
    """One scan of a product with a planted column for every way of writing; each is found in its own.

    Inside a list or a structure a postcode is known by its form, not by its letters alone.
    """
    texts = [TEXTS[how] for how in TEXTS if column == "text" or how != "postcode in letters"]
    for number, (_, text) in enumerate(texts):
        plant(product, *COLUMNS[column], text, name=f"planted_{number}")
    expected: dict[str, set[str]] = {}
    for number, (kind, _) in enumerate(texts):
        expected.setdefault(kind, set()).add(f"core.person.planted_{number}")
    assert found(economy, product) == expected


def test_a_number_among_numbers_is_found(economy: Economy, product: Path) -> None:
    kinds = ("bigint", "hugeint", "ubigint", "double", "decimal(18, 2)")
    for place, kind in enumerate(kinds):
        plant(product, kind, "?", int(NUMBER), name=f"planted_{place}")
    places = {f"core.person.planted_{place}" for place in range(len(kinds))}
    assert found(economy, product) == {"nhs_number": places}


def test_a_key_of_the_deployment_is_found_however_it_was_printed(economy: Economy, product: Path) -> None:
    """The root, and the key of every purpose; a pseudonym beside them is no key."""
    printed = [
        form
        for key in map(bytes, load_keys(economy.settings).in_use())
        for form in (key.hex(), key.hex().upper(), f"key={base64.b64encode(key).decode()} in use")
    ]
    assert len(printed) > 20
    for place, text in enumerate(printed):
        plant(product, "varchar", "?", text, name=f"planted_{place}")
    assert found(economy, product) == {
        "key": {f"core.person.planted_{place}" for place in range(len(printed))}
    }


@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_a_column_of_birth_dates_is_found(kind: str, economy: Economy, product: Path) -> None:
    born = "case when record = 'r1' then date '1950-06-01' else " + (
        "make_date(1950 + record[2:]::int, 6, 10 + record[2:]::int % 10) end"
    )
    plant(product, kind, born, None, everywhere=True)
    assert found(economy, product) == {"own_birth_date": {"core.person.planted"}}


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
def test_the_birth_date_of_one_among_many_days_is_found_and_counted(
    kind: str, economy: Economy, product: Path
) -> None:
    """However many other people and days stand in the column, and however late the birth among them."""
    _other_days(product, kind)
    assert found(economy, product) == {}
    _give(product, "r3", "1953-06-13")
    assert found(economy, product) == {"own_birth_date": {"core.event.at"}}
    _give(product, "r4", "1954-06-14")
    rows = scan_for_leaks(economy.settings, "secondary_use", product).to_pylist()
    assert [row["values_found"] for row in rows if row["place"] == "core.event.at"] == [2]


def test_a_first_of_a_month_is_nobodys_own_and_the_day_of_the_run_is_everybodys(
    economy: Economy, product: Path
) -> None:
    """r1 was born on a first, which is what leaves of any birth; r3 on the day that the table tells of."""
    _other_days(product, "date")
    _give(product, "r1", "1950-06-01")
    run_sql(
        product, "alter table core.event add column as_of date; update core.event set as_of = '1953-06-13'"
    )
    assert found(economy, product) == {}
    run_sql(product, "update core.event set as_of = '2026-03-31' where person_key <> (select person_key "
            "from core.person where record = 'r3')")  # fmt: skip
    assert found(economy, product) == {"own_birth_date": {"core.event.as_of"}}


def _other_days(product: Path, kind: str) -> None:
    run_sql(
        product,
        f"create table core.event as select person_key, (date '1940-01-01' + n::integer)::{kind} as at "
        "from core.person, range(40) as t(n)",
    )


def _give(product: Path, record: str, day: str) -> None:
    run_sql(
        product,
        f"insert into core.event by name select person_key, '{day}' as at from core.person "
        f"where record = '{record}'",
    )


def test_a_column_of_surnames_is_found(tmp_path: Path, economy: Economy, product: Path) -> None:
    """One word that is a name is no proof (White, Young); a column of them is."""
    names = ["QUILLFEATHER", "ZEPHANIAH", "Quillfeather"]
    with duckdb.connect(str(product)) as connection:
        connection.execute("alter table core.person add column planted varchar")
        for n, name in enumerate(names, start=1):
            connection.execute("update core.person set planted = ? where record = ?", [name, f"r{n}"])
    assert found(economy, product) == {"name": {"core.person.planted"}}


def test_no_clear_value_comes_out(economy: Economy, product: Path) -> None:
    plant(product, "varchar", "?", f"{SPACED} Zephaniah Quillfeather HA1 3UJ")
    said = str(scan_for_leaks(economy.settings, "secondary_use", product).to_pylist())
    assert not [word for word in (NUMBER, SPACED, "Quillfeather", "HA1 3UJ", "1950") if word in said]


@pytest.mark.parametrize("rule", index_leaks.SUITE.rules, ids=lambda rule: rule.rule_id)
def test_every_rule_refuses_a_find_and_a_kind_not_looked_for(rule: object) -> None:
    kind = rule.rule_id.removeprefix("no_")  # type: ignore[attr-defined]
    kinds = [each.rule_id.removeprefix("no_") for each in index_leaks.SUITE.rules]
    for rows, is_passed in (
        ([(each, "product", 9, 0) for each in kinds], True),
        ([(each, "product", 9, 0) for each in kinds] + [(kind, "core.person.x", 1, 1)], False),
        ([(each, "product", 9, 0) for each in kinds if each != kind], False),
    ):
        with duckdb.connect() as connection:
            connection.execute(
                "create temp table index_leak "
                "(kind varchar, place varchar, values_checked bigint, values_found bigint)"
            )
            connection.executemany("insert into index_leak values (?, ?, ?, ?)", rows)
            results = {result.rule_id: result for result in judge(connection, [index_leaks.SUITE])}
        assert results[rule.rule_id].is_passed is is_passed  # type: ignore[attr-defined]
        assert results[rule.rule_id].refuses is not is_passed  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", [bytes.hex, lambda key: base64.b64encode(key).decode()])
def test_the_key_of_a_rotation_under_way_is_looked_for_too(
    form: Callable[[bytes], str], economy: Economy, product: Path
) -> None:
    """Nobody works with it yet but the rotation: what that is about to serve is what is looked through."""
    ring = begin_rotation(economy.settings, "secondary_use", run_id="20260331-002")
    try:
        assert found(economy, product) == {}
        new, old = (keys.key("product:secondary_use") for keys in (ring, load_keys(economy.settings)))
        assert bytes(new) != bytes(old)
        for key in (new, old):
            run_sql(product, f"update core.person set code = '{form(bytes(key))}'")
            assert found(economy, product) == {"key": {"core.person.code"}}
    finally:
        settle_rotation(economy.settings, "secondary_use")
