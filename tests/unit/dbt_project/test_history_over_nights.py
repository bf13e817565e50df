"""The histories, night after night, against the tables that each night published."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from expectations.published.contract import ONLY_IN
from expectations.published.k_anonymity import SHOWN, SHOWN_OF_EVERYBODY, TELLING_NOTHING
from pipeline.handling.histories import History
from tests.history_nights import Nights, Row, alike, histories, key_of, remembered

FIRST = date(2026, 3, 27)
NIGHTS = [FIRST + timedelta(days=n) for n in range(9)]  # into another month
PEOPLE = [f"p{n}" for n in range(8)]
OF_OLD, BORN_NOW = date(1950, 1, 1), date(2026, 3, 1)
HISTORIES = {history.table: history for history in histories()}


@pytest.fixture(scope="session")
def compiled(built) -> Path:
    """The models of the histories as dbt compiled them."""
    return built.database.parent / "target" / "compiled" / "wsic" / "models" / "marts" / "history"


def value(kind: str, dice: random.Random) -> object:
    """One of a few values of the type, or none."""
    values: Mapping[str, tuple[object, ...]] = {
        "varchar": ("a", "b", None), "date": (FIRST, date(2001, 2, 3), None), "boolean": (True, False, None),
        "bigint": (1, 2, None), "integer": (1, 2, None), "double": (0.5, 1.25, None),
    }  # fmt: skip
    return dice.choice(values[kind])


def drawn(history: History, people: list[str], last: list[Row], dice: random.Random) -> list[Row]:
    """A night's table: of each thing what the last night said, or something else, or nothing."""
    was = {tuple(row[name] for name in key_of(history)): row for row in last}
    rows: dict[tuple[object, ...], Row] = {}
    for person, n in ((person, n) for person in people for n in range(2)):
        names = dict.fromkeys(key_of(history), f"{person}-{n}") | {"person_key": person}
        key = tuple(names[name] for name in key_of(history))
        fresh = {name: value(history.columns[name], dice) for name in remembered(history)} | names
        if dice.random() < 0.8:
            rows[key] = was[key] if key in was and dice.random() < 0.7 else fresh
    return list(rows.values())


def of(people: set[str], rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["person_key"] in people]


@pytest.mark.parametrize("table", HISTORIES)
@pytest.mark.parametrize("seed", range(3))
def test_as_published_on_a_night_is_the_table_that_night_published(
    compiled: Path, table: str, seed: int
) -> None:
    """With changes, deletions, returns, nights run again and nights rolled back; of whoever stayed."""
    history, dice = HISTORIES[table], random.Random(f"{table}{seed}")
    nights = Nights(compiled, history)
    versions: list[tuple[date, set[str], list[Row], list[Row]]] = []  # of the nights that count, in order
    born = {person: BORN_NOW if person == PEOPLE[0] else OF_OLD for person in PEOPLE}
    for as_of in NIGHTS:
        people = [person for person in PEOPLE if dice.random() < 0.95]
        fate = dice.choice(["stands", "stands", "rolled back", "run again"])
        last, before = (versions[-1][2], versions[-1][3]) if versions else ([], [])
        rows = drawn(history, people, last, dice)
        made = nights.publish(as_of, {person: born[person] for person in people}, rows, before)
        if fate == "rolled back":
            continue
        if fate == "run again":  # from the version of the same night, which is the one that is served
            rows = drawn(history, people, last, dice)
            made = nights.publish(as_of, {person: born[person] for person in people}, rows, made)
        versions.append((as_of, set(people), rows, made))
    assert len(versions) >= 4
    _compare(nights, versions)


def _compare(nights: Nights, versions: list[tuple[date, set[str], list[Row], list[Row]]]) -> None:
    columns, compared = remembered(nights.history), 0
    for place, (_, _, _, history) in enumerate(versions):
        assert all(row["published_until"] is None or row["published_from"] < row["published_until"]
                   for row in history)  # fmt: skip
        for back in range(place + 1):
            stayed = set.intersection(*(people for _, people, _, _ in versions[back : place + 1]))
            stayed -= {PEOPLE[0]} if versions[back][0] < date(2026, 4, 1) else set()
            night, _, rows, _ = versions[back]
            said = of(stayed, nights.as_published(history, night))
            assert alike(said, columns) == alike(of(stayed, rows), columns), (night, place)
            compared += len(said)
    assert compared > 50


@pytest.mark.parametrize("table", HISTORIES)
def test_a_night_that_is_run_again_leaves_the_same_history(compiled: Path, table: str) -> None:
    history, dice = HISTORIES[table], random.Random(table)
    nights, people = Nights(compiled, history), dict.fromkeys(PEOPLE, OF_OLD)
    made: list[Row] = []
    rows: list[Row] = []
    for as_of in NIGHTS[:4]:
        rows = drawn(history, PEOPLE, rows, dice)
        made = nights.publish(as_of, people, rows, made)
    again = nights.publish(NIGHTS[3], people, rows, made)
    assert alike(again, list(history.columns)) == alike(made, list(history.columns))
    assert len(made) > len(rows)


@pytest.mark.parametrize("table", HISTORIES)
def test_a_column_that_is_new_closes_nothing_and_is_empty_in_what_is_over(compiled: Path, table: str) -> None:
    history, dice = HISTORIES[table], random.Random(table)
    added = next(name for name in remembered(history) if name not in (*key_of(history), "person_key"))
    nights, people = Nights(compiled, history), dict.fromkeys(PEOPLE, OF_OLD)
    known = [name for name in history.columns if name != added]
    first = [{**row, added: None} for row in drawn(history, PEOPLE, [], dice)]
    second = first[2:]
    made = nights.publish(NIGHTS[1], people, second, nights.publish(NIGHTS[0], people, first, []))
    filled = [{**row, added: value(history.columns[added], random.Random(1))} for row in second]
    tonight = nights.publish(NIGHTS[2], people, filled, made, known=known)
    standing = [row for row in tonight if row["published_until"] is None]
    assert alike(standing, remembered(history)) == alike(filled, remembered(history))
    assert {row["published_from"] for row in standing} == {NIGHTS[0]}
    over = [row for row in tonight if row["published_until"] is not None]
    assert [row[added] for row in over] == [None, None]


def test_in_the_month_of_birth_nothing_is_dated(compiled: Path) -> None:
    """Else a first night could be somebody's birth date."""
    history = HISTORIES["core.practice_history"]
    nights, made = Nights(compiled, history), []
    born = {"p0": BORN_NOW, "p1": None}
    for as_of, practice in zip(NIGHTS, "aabbbbbcc", strict=True):
        rows = [{"person_key": person, "practice_code": practice, "pcn_code": "u"} for person in born]
        made = nights.publish(as_of, born, rows, made)
    spans = {
        person: sorted(
            (row["published_from"], row["practice_code"]) for row in made if row["person_key"] == person
        )
        for person in born
    }
    changed = [(NIGHTS[7], "c")]
    assert spans["p1"] == [(NIGHTS[0], "a"), (NIGHTS[2], "b"), *changed]
    assert spans["p0"] == [(date(2026, 3, 1), "b"), *changed]


@pytest.mark.parametrize(("product", "is_dated"), [("direct_care", True), ("secondary_use", False)])
def test_when_age_moves_somebody_between_segments_is_told_to_care_teams_alone(
    compiled: Path, product: str, is_dated: bool
) -> None:
    nights = Nights(compiled, HISTORIES["wsic.population_segment_history"], product=product)
    told, made = {"segment_name": "n", "rule_version": "1", "reason": "r"}, []
    aged = ["children", "adults", "adults", "cancer"]
    ill = ["adults", "cancer", "cancer", "cancer"]
    people = {"aged": OF_OLD, "ill": OF_OLD}
    for as_of, *segments in zip(NIGHTS, aged, ill, strict=False):
        rows = [
            {"person_key": who, "segment_id": of_it, **told}
            for who, of_it in zip(people, segments, strict=True)
        ]
        made = nights.publish(as_of, people, rows, made)
    spans = {
        person: [
            (row["segment_id"], row["published_from"], row["published_until"])
            for row in made if row["person_key"] == person
        ]
        for person in people
    }  # fmt: skip
    assert sorted(spans["ill"]) == [("adults", NIGHTS[0], NIGHTS[1]), ("cancer", NIGHTS[1], None)]
    later = ("cancer", NIGHTS[3], None)
    dated = [("adults", NIGHTS[1], NIGHTS[3]), later, ("children", NIGHTS[0], NIGHTS[1])]
    assert sorted(spans["aged"], key=lambda span: span[0]) == (
        sorted(dated) if is_dated else [("adults", None, NIGHTS[3]), later]
    )


def test_what_analysts_may_remember_of_a_person_tells_nothing_of_their_class() -> None:
    """Shown on one night and not on another, it could be put together: docs/gates.md, "Who stands out"."""
    of_class = {*SHOWN, *SHOWN_OF_EVERYBODY, *TELLING_NOTHING} - {"person_key"}
    for table, history in HISTORIES.items():
        if ONLY_IN.get(table) != "direct_care":
            assert not of_class & set(history.columns), table
    assert of_class <= set(HISTORIES["core.person_history"].columns)
