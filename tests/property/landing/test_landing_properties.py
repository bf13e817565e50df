"""What holds of every night: order of arrival does not matter, landing twice changes nothing, rows balance.

Small and fixed here (few examples, derandomised); raise ``max_examples`` for a long run by hand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.landing_house import PERSON, House, declare_sources

FEW = settings(max_examples=6, deadline=None, derandomize=True)
DAYS = ("2026-03-26", "2026-03-27", "2026-03-28")
BAD = (
    "P1,Alder",
    "P1,Alder,1980-02-30,F,false,",
    ",Alder,1980-02-03,F,false,",
    'P1,"Al"der,1980-02-03,F,false,',
    "",
)

good_lines = st.builds(
    lambda who, name, deleted: f"P{who},{name},1980-02-03,F,{deleted},",
    st.integers(1, 4),
    st.sampled_from(["Alder", "Birch", "Cedar"]),
    st.sampled_from(["false", "false", "true"]),
)
lines = st.lists(st.one_of(good_lines, good_lines, st.sampled_from(BAD)), max_size=8)
extracts = st.lists(lines, min_size=3, max_size=3)


@pytest.fixture(autouse=True)
def _invented_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    declare_sources(monkeypatch)


@contextmanager
def a_house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        yield House(Path(folder))


def outcome_of(sent: list[list[str]], order: list[int]) -> list[tuple[object, ...]]:
    """Land the days in the given order, one night each; the patients that stand in the end."""
    with a_house() as house:
        for position in order:
            house.send("Person.csv", PERSON, *sent[position], on=DAYS[position])
            house.land()
        assert not house.unbalanced()
        return house.fhir("Patient", "id, name[1].family, _extract_date, _row")


@FEW
@given(sent=extracts, order=st.permutations([0, 1, 2]))
def test_the_order_in_which_extracts_arrive_does_not_change_the_current_rows(
    sent: list[list[str]], order: list[int]
) -> None:
    assert outcome_of(sent, order) == outcome_of(sent, [0, 1, 2])


def expected(sent: list[list[str]]) -> dict[str, str]:
    """The plain meaning of a delta: of a person the last good line counts, unless it is a delete."""
    last: dict[str, list[str]] = {}
    for extract in sent:
        for line in extract:
            if line not in BAD:
                last[line.split(",")[0]] = line.split(",")
    return {who: fields[1] for who, fields in last.items() if fields[4] == "false"}


@FEW
@given(sent=extracts)
def test_what_stands_is_the_last_good_line_of_each_person(sent: list[list[str]]) -> None:
    with a_house() as house:
        for position, extract in enumerate(sent):
            house.send("Person.csv", PERSON, *extract, on=DAYS[position])
        house.land()
        standing = dict(house.fhir("Patient", "_record_id, name[1].family"))
    assert standing == expected(sent)


@FEW
@given(sent=extracts)
def test_landing_twice_changes_nothing_and_every_line_is_accounted_for(sent: list[list[str]]) -> None:
    with a_house() as house:
        for position, extract in enumerate(sent):
            house.send("Person.csv", PERSON, *extract, on=DAYS[position])
        house.land()
        before = (house.fhir("Patient", "*"), house.files(), house.quarantined())
        again = house.land()

        assert (house.fhir("Patient", "*"), house.files(), house.quarantined()) == before
        assert (again.outcome, again.rows_in) == ("unchanged", 0)
        assert not house.unbalanced()
        for file, extract in zip(house.files(), sent, strict=True):
            assert file["rows_in"] == sum(1 for line in extract if line)
            assert file["rows_quarantined"] == sum(1 for line in extract if line in BAD and line)
