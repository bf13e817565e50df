"""What was known on an earlier night: as it was, in its zone only, and without whoever is forgotten since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.fhir import systems
from pipeline import audit_log
from pipeline.errors import UsageError
from pipeline.identity import Subjects, link
from pipeline.landing import Feed, build_fhir, mend, replay
from pipeline.landing.history import find_night
from pipeline.ledger import Ledger
from pipeline.run import objections
from pipeline.run.answers import list_answers, remove_old_answers
from pipeline.run.history import Answer, as_known_on
from tests.identity_economy import nhs_number
from tests.landing_house import PERSON, VISIT, House, declare_sources, mend_rule, person, standing, visit

FEEDS = ("acute/X04", "gp/X01")
NIGHTS = tuple(date(2026, 3, day) for day in (28, 29, 30))


def patient(key: str, number: int, family: str) -> str:
    """A line of ``Patient.ndjson``."""
    identifier = {"system": systems.NHS_NUMBER, "value": nhs_number(number)}
    return json.dumps({"resourceType": "Patient", "id": key, "birthDate": "1980-02-03",
                       "identifier": [identifier], "name": [{"family": family}]})  # fmt: skip


def encounter(key: str, who: str) -> str:
    """A line of ``Encounter.ndjson``."""
    return json.dumps({"resourceType": "Encounter", "id": key, "status": "finished", "class": {"code": "AMB"},
                       "subject": {"reference": f"Patient/{who}"}})  # fmt: skip


@dataclass
class Nights:
    """Three nights of two feeds, and the files that stood after each."""

    house: House
    stood: list[dict[Path, bytes]] = field(default_factory=list)

    def night(self, as_of: date) -> None:
        for feed in FEEDS:
            self.house.receive(feed, as_of)
        run_id = f"run-{len(self.stood) + 1}"
        for feed in FEEDS:
            build_fhir(self.house.settings, self.house.ledger, run_id=run_id,
                       feed=Feed(*feed.split("/")), as_of=as_of)  # fmt: skip
        self.stood.append(self.now())

    def now(self) -> dict[Path, bytes]:
        """Every file of the FHIR tables and current rows, by its place."""
        home = self.house.settings.home
        return {
            path.relative_to(home): path.read_bytes() for path in home.glob("fhir/*/*/*/data.parquet")
        } | {
            path.relative_to(home / "landing"): path.read_bytes()
            for path in home.glob("landing/current/*/*.parquet")
        }

    def ask(self, when: date | str) -> Answer:
        return as_known_on(self.house.settings, when)

    def people(self, when: date | str) -> list[str]:
        """Ids of the hospital's Patients in an answer."""
        found = standing(self.ask(when).folder, "acute/X04")
        return sorted(row[0] for row in found.get("Patient", []))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        declare_sources(monkeypatch)
        house = House(tmp_path_factory.mktemp("history"))
        nights = Nights(house)
        first = [patient(key, number, "Ash") for number, key in enumerate("abc", start=1)]
        house.send("Patient.ndjson", *first, feed="acute/X04", on="2026-03-28")
        house.send("Encounter.ndjson", encounter("e1", "a"), encounter("e2", "b"),
                   feed="acute/X04", on="2026-03-28")  # fmt: skip
        house.send("Person.csv", PERSON, person(1), person(2), on="2026-03-28")
        nights.night(NIGHTS[0])
        house.send("Patient.ndjson", patient("a", 1, "Elder"), feed="acute/X04", on="2026-03-29")
        house.send("Person.csv", PERSON, person(1, deleted="true"), "P3,Alder", on="2026-03-29")
        house.send("Visit.csv", VISIT, visit(1), on="2026-03-27")  # late: the day before the first night
        nights.night(NIGHTS[1])
        house.send("Patient.ndjson", patient("a", 1, "Fir"), feed="acute/X04", on="2026-03-28")  # sent anew
        gone = [{"request": {"method": "DELETE", "url": "Patient/c"}}]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": gone}
        house.send("Bundle.ndjson", json.dumps(bundle), feed="acute/X04", on="2026-03-30")
        house.send("Person.csv", PERSON, person(1), on="2026-03-30")
        nights.night(NIGHTS[2])
        assert not house.unbalanced()
        yield nights


def files_of(answer: Answer) -> dict[Path, bytes]:
    """Every file of an answer but its description, by its place."""
    return {path.relative_to(answer.folder): path.read_bytes() for path in answer.folder.rglob("*.parquet")}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_night_asked_again_is_what_it_had_built_byte_for_byte(nights: Nights, number: int) -> None:
    before = nights.now()
    for when in (f"run-{number}", NIGHTS[number - 1]):
        answer = nights.ask(when)
        assert files_of(answer) == nights.stood[number - 1]
        assert (answer.run_id, answer.as_of, answer.left_out) == (f"run-{number}", NIGHTS[number - 1], {})
        assert all(feed.is_same_code for feed in answer.feeds)
    assert nights.now() == before
    assert nights.stood[0] != nights.stood[1] != nights.stood[2]


def test_an_answer_lies_in_the_zone_for_its_user_only_and_is_logged(nights: Nights) -> None:
    answer = nights.ask("run-1")
    assert answer.folder.parent == nights.house.zones.history
    for path in (answer.folder.parent, answer.folder, *answer.folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    (*_, entry) = audit_log.entries(nights.house.settings, act="history_asked")
    assert entry.details["run_id"] == "run-1"
    assert [row["run_id"] for row in list_answers(nights.house.settings)] != []


def test_answers_go_when_they_have_lain_their_time(nights: Nights) -> None:
    nights.ask("run-1")
    settings = nights.house.settings
    (nights.house.zones.history / ".run-9.part").mkdir()  # of a crash
    assert remove_old_answers(settings) == 1
    assert remove_old_answers(replace(settings, history_answers_days=0)) > 0
    assert list(nights.house.zones.history.iterdir()) == []


def test_who_was_deleted_or_withdrew_consent_is_in_no_answer_given_since(nights: Nights) -> None:
    """b is known by the record, c only by the number: its sender has deleted the record since."""
    house = nights.house
    link(house.settings, house.ledger, run_id="run-3", as_of=NIGHTS[2])
    assert nights.people("run-1") == ["a", "b", "c"]

    def decide(act: str, subjects: Subjects) -> None:
        objections.decide(house.settings, act=act, subjects=subjects, author="IG lead", reason="by letter")

    decide("deleted", Subjects((nhs_number(3),), ()))
    assert list_answers(house.settings) == []
    assert nights.people("run-1") == ["a", "b"]
    decide("consent_withdrawn", Subjects((), (("acute", "X04", "b"),)))
    assert list_answers(house.settings) == []

    answer = nights.ask("run-1")
    then = standing(answer.folder, "acute/X04")
    assert answer.left_out == {"consent_withdrawn": 1, "deleted": 1}
    assert [row[0] for row in then["Patient"]] == ["a"]
    assert [row[0] for row in then["Encounter"]] == ["e1"]
    assert {row[2] for row in then["current"]} == {"a"}
    assert standing(answer.folder, "gp/X01") == standing_of(nights.stood[0], house.root / "then", "gp/X01")
    decide("consent_given", Subjects((), (("acute", "X04", "b"),)))
    assert nights.people("run-1") == ["a", "b"]


def standing_of(files: dict[Path, bytes], root: Path, feed: str) -> dict[str, list[tuple[Any, ...]]]:
    """The tables of a feed as they were kept."""
    for place, content in files.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(content)
    return standing(root, feed)


def test_rows_mended_since_are_not_known_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare_sources(monkeypatch)
    house = House(tmp_path)
    house.send("Person.csv", PERSON, person(1), person(2, born="soon"))
    file_id = house.land().files[0].file_id
    then = standing(house.settings.home, "gp/X01")
    mended = tmp_path / "mended.csv"
    mended.write_text("\n".join([PERSON, person(1, name="Other"), person(2)]) + "\n")
    mend(house.settings, house.ledger, run_id="replay", file_id=file_id, mended=mended)
    house.land()

    assert len(standing(house.settings.home, "gp/X01")["Patient"]) == 2
    assert standing(as_known_on(house.settings, "run-1").folder, "gp/X01") == then
    now = standing(as_known_on(house.settings, "run-2").folder, "gp/X01")
    assert now == standing(house.settings.home, "gp/X01")


def test_rows_of_an_earlier_check_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare_sources(monkeypatch)
    house = House(tmp_path)
    house.send("Visit.csv", VISIT, visit(1, reason="Z"), visit(2))
    file_id = house.land().files[0].file_id
    then = standing(house.settings.home, "gp/X01")
    mend_rule(monkeypatch)
    replay(house.settings, house.ledger, run_id="replay", file_id=file_id)
    house.land()

    answer = as_known_on(house.settings, "run-1")
    assert len(standing(house.settings.home, "gp/X01")["Encounter"]) == 2
    assert len(then["Encounter"]) == 1
    assert standing(answer.folder, "gp/X01") == then
    assert not answer.feeds[0].is_same_code  # the rule has changed since: said, as it might have mattered


def built(ledger: Ledger, run_id: str, as_of: str, at: str) -> None:
    ledger.put("feed_built", [{"run_id": run_id, "source": "gp", "sender": "X01", "as_of": as_of,
                               "built_at": f"{at}:00+00:00", "known_seq": 0, "code": ""}])  # fmt: skip


def test_a_day_means_what_was_known_at_its_end(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    # Four nights loaded afterwards, on 20 April; then nights of their own days, one of them made anew later.
    for run_id, as_of, at in (
        ("n1", "2026-03-28", "2026-04-20T10:00"),
        ("n2", "2026-03-30", "2026-04-20T11:00"),
        ("n1again", "2026-03-28", "2026-04-20T12:00"),
        ("n3", "2026-04-20", "2026-04-20T13:00"),
        ("n4", "2026-04-21", "2026-04-21T22:59"),
        ("n5", "2026-04-22", "2026-04-21T23:01"),  # after midnight in London
        ("n4again", "2026-04-21", "2026-04-25T10:00"),
    ):
        built(ledger, run_id, as_of, at)
    known = {day: find_night(ledger, date.fromisoformat(day)).run_id for day in (
        "2026-03-28", "2026-03-29", "2026-03-30", "2026-04-19", "2026-04-20", "2026-04-21", "2026-04-22",
        "2026-04-24", "2026-04-25")}  # fmt: skip
    assert list(known.values()) == ["n1", "n1", "n2", "n2", "n3", "n4", "n5", "n5", "n4again"]
    assert find_night(ledger, "n1again").as_of == date(2026, 3, 28)
    for nothing in (date(2026, 3, 27), "n9"):
        with pytest.raises(UsageError, match="wsic history list"):
            find_night(ledger, nothing)
