"""The order in which files arrive decides nothing, and every night can be asked again as it was.

A feed's files (deltas, submissions with and without a header file, FHIR with deletions; with damaged rows and
refused files, parts, re-submissions, several contents of one name) arrive in any order, split into nights in
any way, and stay in their folder or are cleared away. What stands after the last night is the same to the
byte, with its lineage. The one order that counts is that of several contents of one name and day, as nothing
else says which of them the sender means.

Small and fixed here (few examples, derandomised); raise ``max_examples`` for a long run by hand.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.landing import Feed
from pipeline.landing.history import feeds_then, find_night, rebuild
from tests.landing_house import CONTACT, EVENT, PERSON, VISIT, House, declare_sources, standing

FEW = settings(max_examples=3, deadline=None, derandomize=True)
DAYS = ("2026-03-26", "2026-03-27", "2026-03-28")
Delivery = tuple[str, str, tuple[str, ...]]  # extract date, file, lines
Draw = Callable[[st.SearchStrategy[Any]], Any]

small = st.integers(1, 3)
persons = st.builds(
    lambda who, name, deleted: f"P{who},{name},1980-02-03,F,{deleted},",
    small, st.sampled_from("ABC"), st.sampled_from(["false", "false", "true"]),
)  # fmt: skip
visits = st.builds(lambda key, who: f"V{key},P{who},2026-01-02,A,10,false", small, small)
contacts = st.builds(lambda key, status: f"C{key},P1,{status}", small, st.sampled_from("567"))
events = st.builds(
    lambda who, month, status: f"P{who},a,2026-0{month}-01,{status}", small, small, st.sampled_from("xyz")
)
encounters = st.builds(
    lambda key, status: json.dumps({"resourceType": "Encounter", "id": f"e{key}", "status": status,
                                    "class": {"code": "AMB"}, "subject": {"reference": "Patient/p"}}),
    small, st.sampled_from(["planned", "finished", "cancelled"]),
)  # fmt: skip
deletions = st.builds(
    lambda key: json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "DELETE", "url": f"Encounter/e{key}"}}]}),
    small,
)  # fmt: skip


def file_of(name: str | list[str], row: st.SearchStrategy[str], *, header: str = "", least: int = 0) -> Any:
    names = [name] if isinstance(name, str) else name
    head = (header,) if header else ()
    return st.tuples(
        st.sampled_from(DAYS),
        st.sampled_from(names),
        st.lists(row, min_size=least, max_size=3).map(lambda rows: (*head, *rows)),
    )


JOB = ".export-20260330T{:02d}0000000000Z-{:05d}-{:06d}.ndjson"
KINDS: dict[str, tuple[str, st.SearchStrategy[Delivery]]] = {
    "delta": ("gp/X01", st.one_of(
        file_of(["Person.csv", "Person_2.csv"], st.one_of(persons, st.just("P1,Alder")), header=PERSON),
        file_of("Visit.csv", visits, header=VISIT),
        file_of("Person_3.csv", st.just("P1,x"), header="PersonId,Wrong"),
    )),
    "submissions": ("community/X03", st.one_of(
        st.builds(lambda day, month: (day, "Head.csv", ("Start", f"2026-0{month}-01")),
                  st.sampled_from(DAYS), small),
        file_of(["Contact.csv", "Contact_2.csv"], contacts, header=CONTACT),
        file_of("Contact.csv", contacts, header=CONTACT),
    )),
    "events": ("social_care/X05", file_of(["Event.csv", "Event_2.csv"], events, header=EVENT)),
    "fhir": ("acute/X04", st.one_of(
        file_of(["Encounter.ndjson", "Encounter.a.ndjson", "Encounter" + JOB.format(1, 1, 1),
                 "Encounter" + JOB.format(2, 2, 1)], encounters, least=1),
        file_of(["Bundle.ndjson", "Bundle" + JOB.format(1, 1, 2)], deletions, least=1),
    )),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _invented_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    declare_sources(monkeypatch)


@contextmanager
def a_house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        yield House(Path(folder))


@st.composite
def arrivals(
    draw: Draw, deliveries: st.SearchStrategy[Delivery]
) -> tuple[list[Delivery], list[Delivery], list[int]]:
    """Deliveries in some order; the same in another, contents of one name in theirs; and where nights end."""
    sent: list[Delivery] = draw(st.lists(deliveries, min_size=3, max_size=6))
    sent += draw(st.lists(st.sampled_from(sent), max_size=1))  # an extract sent twice, maybe after another
    shuffled = list(draw(st.permutations(range(len(sent)))))
    contents: dict[tuple[str, str], list[int]] = {}
    for number, (day, file, _) in enumerate(sent):
        contents.setdefault((day, file), []).append(number)
    order = [contents[sent[number][:2]].pop(0) for number in shuffled]
    ends = draw(st.lists(st.integers(0, len(sent)), max_size=2))
    return sent, [sent[number] for number in order], ends


def nights_of(
    house: House, feed: str, sent: Sequence[Delivery], ends: Sequence[int], *, is_cleared: bool
) -> list[dict[str, Any]]:
    """What stood after each night. A night ends early where a name comes again that has not been landed."""
    stood, tonight = [], set()

    def night() -> None:
        house.land(feed)
        assert not house.unbalanced()
        stood.append(standing(house.settings.home, feed))
        tonight.clear()
        if is_cleared:
            shutil.rmtree(house.extracts)
            house.extracts.mkdir()

    for number, (day, file, lines) in enumerate(sent):
        if tonight and ((day, file) in tonight or number in ends):
            night()
        house.send(file, *lines, feed=feed, on=day)
        tonight.add((day, file))
    night()
    return stood


def asked_again(house: House, feed: str, night: int) -> dict[str, Any]:
    """What history says that stood after a night."""
    (then,) = feeds_then(house.ledger, find_night(house.ledger, f"run-{night}"))
    assert then.feed == Feed(*feed.split("/"))
    with tempfile.TemporaryDirectory() as folder:
        rows, is_same_code = rebuild(house.settings, house.ledger, then, Path(folder))
        answer = standing(Path(folder), feed)
    assert is_same_code
    assert rows == len(answer["current"])
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_neither_order_nor_nights_change_what_stands_and_every_night_can_be_asked_again(kind: str) -> None:
    feed, deliveries = KINDS[kind]

    @FEW
    @given(arrived=arrivals(deliveries), is_cleared=st.booleans())
    def holds(arrived: tuple[list[Delivery], list[Delivery], list[int]], is_cleared: bool) -> None:
        sent, other, ends = arrived
        with a_house() as house:
            plain = nights_of(house, feed, sent, [], is_cleared=False)
        with a_house() as house:
            stood = nights_of(house, feed, other, ends, is_cleared=is_cleared)
            assert stood[-1] == plain[-1]
            before = standing(house.settings.home, feed)
            for number, then in enumerate(stood, start=1):
                assert asked_again(house, feed, number) == then
            assert standing(house.settings.home, feed) == before

    holds()
