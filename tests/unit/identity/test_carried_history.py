"""What was published before, as the pseudonymising step hands it on: of whom, of what, under which key."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.errors import ChecksRefusedError
from pipeline.handling.histories import history_tables
from pipeline.identity import Published, decide_subjects, objections_gate, pseudonymise, read_subjects
from pipeline.identity.carried import KNOWN, STEP
from pipeline.keys import begin_rotation, load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number, registration, security
from tests.objection_house import GP, House

PRODUCT = "direct_care"
IDS = ("p1", "p2", "p3")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Three people with a registration each, pseudonymised once."""
    house = House(Economy(tmp_path / "home"))
    for _ in IDS:
        who = house.person()
        house.economy.add("EpisodeOfCare", registration(who, "E84001"), who, **GP)
    house.night(PRODUCT)
    return house


def zone(house: House) -> Path:
    return house.economy.home / "pseudonymised" / PRODUCT


def entries(house: House) -> dict[str, str]:
    """Person's key -> the key of the registration."""
    rows = house.economy.table(zone(house) / "gp__episodes_of_care.parquet")
    return {row["person_key"]: row["episodes_of_care_key"] for row in rows}


def published(house: House, *, without: str = "") -> Published:
    """A version with the histories of a night before: a span that is over and one that stands, of each."""
    path = house.economy.home.parent / "before.duckdb"
    path.unlink(missing_ok=True)
    keys = entries(house)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core; create schema wsic; create schema meta")
        for history in history_tables():
            columns = {name: kind for name, kind in history.columns.items() if name != without}
            typed = ", ".join(f"{name} {kind}" for name, kind in reversed(columns.items()))
            connection.execute(f"create table {history.table} ({typed})")
            for person, entry in keys.items():
                row: dict[str, Any] = {"person_key": person, "registration_key": entry}
                for until in (date(2026, 3, 30), None):
                    row |= {"published_from": until or date(2026, 3, 1), "published_until": until}
                    told = {name: value for name, value in row.items() if name in columns}
                    if "person_key" in told:
                        connection.execute(
                            f"insert into {history.table} ({', '.join(told)}) "
                            f"values ({', '.join('?' for _ in told)})", list(told.values()),
                        )  # fmt: skip
        connection.execute("insert into meta.history_table values ('2026-03-01', 'a', 'core.person_history')")
        gone = "insert into core.registration_history (person_key, registration_key) values (?, ?)"
        connection.execute(gone, [next(iter(keys)), "f" * 64])
    key_id = load_keys(house.economy.settings).key_id(f"product:{PRODUCT}")
    return Published(path, key_id)


def carried(house: House, table: str = "registration_history") -> list[dict[str, Any]]:
    return house.economy.table(zone(house) / f"history__{table}.parquet")


def again(house: House, before: Published | None, **more: Any) -> None:
    economy = house.economy
    pseudonymise(economy.settings, economy.ledger, "r1", PRODUCT, AS_OF, before=before, **more)


def test_what_was_published_of_people_who_may_be_in_is_carried_over(house: House) -> None:
    before = published(house, without="sender")
    again(house, before)
    rows = carried(house)
    assert len(rows) == 2 * len(IDS) + 1
    assert {(row["person_key"], row["registration_key"]) for row in rows} >= set(entries(house).items())
    known = [name for name in rows[0] if name not in ("sender", KNOWN)]
    assert rows[0][KNOWN] == known and {row["sender"] for row in rows} == {None}
    assert [row["table_name"] for row in carried(house, "history_table")] == ["core.person_history"]
    steps = house.economy.ledger.query("select message from step where step = ?", (STEP,))
    assert len(steps) == 1  # of the first night


def test_before_the_first_version_the_files_are_empty_and_the_ledger_says_that_history_begins(
    house: House,
) -> None:
    for history in history_tables():
        path = zone(house) / history.file_name
        described = duckdb.execute(f"describe from '{path}'").fetchall()
        own = {name: kind.lower() for name, kind, *_ in described if name != KNOWN}
        assert own == dict(history.columns)
        assert house.economy.table(path) == []
    (told,) = house.economy.ledger.query("select message, subject from step where step = ?", (STEP,))
    assert told["subject"] == PRODUCT and "history begins with this night" in told["message"]


def test_under_a_key_that_nobody_has_any_more_history_begins_anew(house: House) -> None:
    again(house, replace(published(house), key_id="0123456789abcdef"))
    assert carried(house) == []
    rows = house.economy.ledger.query("select message from step where step = ?", (STEP,))
    assert "pseudonyms of another key (0123456789abcdef)" in rows[-1]["message"]


def test_who_was_deleted_is_in_no_history(house: House) -> None:
    before, was = published(house), entries(house)
    economy = house.economy
    subjects = read_subjects(economy.settings, io.StringIO(house.number("p2")))
    decide_subjects(
        economy.settings, economy.ledger, act="deleted", subjects=subjects, author="a",
        reason="their request",
    )  # fmt: skip
    again(house, before)
    left = {row["person_key"] for row in carried(house)}
    assert len(left) == len(IDS) - 1 and left < set(was)
    assert {row["person_key"] for row in carried(house, "person_history")} == left


def test_who_objects_later_is_in_no_history_of_secondary_use(tmp_path: Path) -> None:
    house = House(Economy(tmp_path / "home"))
    for _ in IDS:
        house.person()
    house.night("secondary_use")
    rows = house.economy.table(
        house.economy.home / "pseudonymised" / "secondary_use" / "person_sources.parquet"
    )
    path = tmp_path / "before.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema wsic; create table wsic.population_segment_history "
                           "(person_key varchar, published_from date, published_until date)")  # fmt: skip
        for row in rows:
            connection.execute(
                "insert into wsic.population_segment_history values (?, ?, null)", [row["person_key"], AS_OF]
            )
    key_id = load_keys(house.economy.settings).key_id("product:secondary_use")
    house.night(
        "secondary_use", allowed=(nhs_number(1), nhs_number(3)), run_id="r2", before=Published(path, key_id)
    )
    folder = house.economy.home / "pseudonymised" / "secondary_use"
    left = house.economy.table(folder / "history__population_segment_history.parquet")
    assert len(rows) == 3 and len(left) == 2


def confidential(house: House, *registrations: str) -> None:
    """The sender marks these registrations as confidential."""
    for (kind, *_), resources in house.economy.rows.items():
        for resource in resources:
            if kind == "EpisodeOfCare" and resource["id"] in registrations:
                resource["meta"] = security("R")


def test_whose_entry_became_confidential_begins_anew_in_every_history(house: House) -> None:
    """What was published before may have come of it; of whom one stayed out all along, nothing changes."""
    confidential(house, "reg-p2")
    house.night(PRODUCT, run_id="before")  # the version is of this run, by its name
    all_along = {row["person_key"] for row in house.economy.table(zone(house) / "person_sources.parquet")}
    before, was = published(house), entries(house)
    assert len(all_along) == len(IDS) and len(was) == len(IDS) - 1
    confidential(house, "reg-p3")
    house.night(PRODUCT, run_id="r2", before=before)
    (anew,) = set(was) - set(entries(house))
    assert {row["person_key"] for row in carried(house)} == set(was) - {anew}
    assert {row["person_key"] for row in carried(house, "person_history")} == set(was) - {anew}
    objections_gate(
        house.economy.settings, house.economy.ledger, run_id="r2", product=PRODUCT, stage="pseudonymised",
        place=zone(house), as_of=AS_OF,
    )  # fmt: skip
    house.night(
        PRODUCT,
        run_id="r3",
        before=replace(before, database=before.database.rename(before.database.with_name("r2.duckdb"))),
    )
    assert {row["person_key"] for row in carried(house, "person_history")} == set(was)


def test_whose_withheld_entries_nobody_remembers_begins_anew(house: House) -> None:
    confidential(house, "reg-p2")
    house.night(PRODUCT, run_id="before")
    before = published(house)
    (house.economy.home / "identity" / "carried" / PRODUCT / "before.parquet").unlink()
    again(house, before)
    assert {row["person_key"] for row in carried(house)} == set(entries(house))


def test_a_new_key_takes_the_history_along_and_leaves_no_old_pseudonym(house: House) -> None:
    before, was = published(house), entries(house)
    ring = begin_rotation(house.economy.settings, PRODUCT, run_id="r1")
    again(house, before, keys=ring)
    now = entries(house)
    rows = carried(house)
    assert not {*was, *was.values()} & {*now, *now.values()}
    assert len(rows) == 2 * len(IDS) + 1
    gone = [row for row in rows if row["registration_key"] not in now.values()]
    assert len(gone) == 1 and gone[0]["person_key"] in now and len(gone[0]["registration_key"]) == 64
    told = {(row["person_key"], row["registration_key"]) for row in rows if row not in gone}
    assert told == set(now.items())
    old = [key.encode() for key in (*was, *was.values(), "f" * 64)]
    for path in zone(house).iterdir():
        content = duckdb.execute(f"select coalesce(string_agg(t::varchar), '') from '{path}' as t").fetchone()
        assert content is not None and not any(key.decode() in content[0] for key in old), path.name


def test_an_objector_left_in_a_history_is_found_by_the_gate(house: House) -> None:
    before = published(house)
    again(house, before)
    economy = house.economy
    with duckdb.connect() as connection:
        path = zone(house) / "history__population_segment_history.parquet"
        connection.execute(f"create table t as from '{path}'")
        connection.execute(f"insert into t by name select '{'e' * 64}' as person_key")
        connection.execute(f"copy t to '{path}' (format parquet)")
    with pytest.raises(ChecksRefusedError, match="found 1 people"):
        objections_gate(
            economy.settings, economy.ledger, run_id="r1", product=PRODUCT, stage="pseudonymised",
            place=zone(house), as_of=AS_OF,
        )  # fmt: skip
