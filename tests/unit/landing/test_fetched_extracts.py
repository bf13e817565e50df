"""What lands of a fetched export: its place among others, deletions, and what could not be exported."""

from __future__ import annotations

import itertools
import json
from datetime import date
from typing import Any

import pytest

from pipeline.landing import list_feeds
from pipeline.landing.feeds import Feed
from tests.bulk_desk import encounter
from tests.landing_house import AS_OF, House
from tests.lasting import one_in

FEED = "acute/FH1"
OUTCOME = {"resourceType": "OperationOutcome"}
BUNDLE = {"resourceType": "Bundle", "type": "transaction"}


def lines(*resources: dict[str, Any]) -> list[str]:
    """One line a resource."""
    return [json.dumps(resource) for resource in resources]


def removal(*references: str) -> dict[str, Any]:
    """A Bundle that deletes."""
    return {**BUNDLE, "entry": [{"request": {"method": "DELETE", "url": one}} for one in references]}


def entry(one: dict[str, Any]) -> str:
    """A line of a Bundle with one entry."""
    return json.dumps({**BUNDLE, "entry": [one]})


def issue(**said: str) -> str:
    """A line of an OperationOutcome with one issue."""
    return json.dumps({**OUTCOME, "issue": [said]})


def name(kind: str, job: int, number: int = 1) -> str:
    """Name of a fetched file; jobs follow each other by the hour."""
    return f"{kind}.export-20260330T{job:02d}0000000000Z-{job:05d}-{number:06d}.ndjson"


def statuses(house: House) -> dict[str, str]:
    """Current Encounters."""
    return dict(house.fhir("Encounter", "id, status", FEED))


def test_a_deletion_takes_the_record_out_and_a_later_version_brings_it_back(house: House) -> None:
    house.send(name("Encounter", 1), *lines(encounter(1), encounter(2), encounter(3)), feed=FEED)
    house.send(
        name("Bundle", 2), *lines(removal("Encounter/e1", "https://x.example/r4/Encounter/e2")), feed=FEED
    )
    house.land(FEED)
    assert list(statuses(house)) == ["e3"]
    house.send(name("Encounter", 3), *lines(encounter(1, version=2)), feed=FEED)
    house.land(FEED)
    assert list(statuses(house)) == ["e1", "e3"]
    assert not house.unbalanced()


def test_a_deletion_of_another_type_takes_nothing(house: House) -> None:
    house.send(name("Encounter", 1), *lines(encounter(1)), feed=FEED)
    house.send(name("Bundle", 2), *lines(removal("Patient/e1", "Binary/e1")), feed=FEED)
    house.land(FEED)
    assert list(statuses(house)) == ["e1"]


@pytest.mark.parametrize(
    "order", one_in(5, ((order,) for order in itertools.permutations(range(4)))), ids=str
)
def test_the_order_in_which_exports_of_a_day_arrive_decides_nothing(
    house: House, order: tuple[int, ...]
) -> None:
    sent = [
        (name("Encounter", 1), encounter(1), encounter(2), encounter(3)),
        (name("Encounter", 2), encounter(2, version=2, status="cancelled"), encounter(4)),
        (name("Bundle", 2, 2), removal("Encounter/e1")),
        (name("Encounter", 3), encounter(3), encounter(1, version=3, status="in-progress")),
    ]
    for place in order:
        file, *resources = sent[place]
        house.send(file, *lines(*resources), feed=FEED)
        house.land(FEED)
    assert statuses(house) == {"e1": "in-progress", "e2": "cancelled", "e3": "finished", "e4": "finished"}
    assert not house.unbalanced()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (entry({"request": {"method": "PUT", "url": "Encounter/e1"}}), "not_a_deletion"),
        (entry({"request": {"method": "DELETE", "url": "Encounter?x=1"}}), "not_a_deletion"),
        (entry({"resource": {"id": "e1"}}), "not_a_deletion"),
        ('{"resourceType": "Encounter", "id": "e1"}', "wrong_resource_type"),
        ('{"resourceType": "Bundle", "entry": {}}', "malformed_shape"),
        ('{"resourceType": "Bundle"', "malformed_json"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_deletion_is_refused_and_deletes_nothing(
    house: House, line: str, rule: str
) -> None:
    house.send(name("Encounter", 1), *lines(encounter(1), encounter(2)), feed=FEED)
    house.send(name("Bundle", 2), line, *lines(removal("Encounter/e2")), feed=FEED)
    house.land(FEED)
    assert list(statuses(house)) == ["e1"]
    assert house.rules(name("Bundle", 2)) == {rule: 1}
    assert house.quarantined()[0][0] == 1
    assert not house.unbalanced()


@pytest.mark.parametrize(
    ("line", "rule", "code"),
    [
        (issue(severity="error", code="exception"), "not_exported", "exception"),
        (issue(severity="fatal", code="Zyxmarker"), "not_exported", "(other)"),
        (issue(code="processing"), "not_exported", "processing"),
        (issue(severity="warning", code="informational"), "sender_says", "informational"),
        ('{"resourceType": "OperationOutcome"}', "not_exported", "unreadable"),
        ("{", "not_exported", "unreadable"),
    ],
)  # fmt: skip
def test_what_a_sender_could_not_export_refuses_its_file_by_code(
    house: House, line: str, rule: str, code: str
) -> None:
    house.send(name("Encounter", 1), *lines(encounter(1)), feed=FEED)
    house.send(name("OperationOutcome", 1, 2), line, feed=FEED)
    outcome = house.land(FEED)
    (found,) = house.ledger.query("select rule_id, column_name, rows from file_rule")
    assert (found["rule_id"], found["column_name"], found["rows"]) == (rule, code, 1)
    file = next(file for file in house.files() if file["file_name"].startswith("OperationOutcome"))
    assert file["outcome"] == ("refused" if rule == "not_exported" else "landed")
    assert ("could not export" in outcome.message) == (rule == "not_exported")
    assert outcome.outcome == "landed"
    assert not house.unbalanced()


def test_fetched_extracts_are_found_beside_the_senders_own(house: House) -> None:
    folder = house.zones.fetched / "acute" / "FH1" / "2026-03-30"
    folder.mkdir(parents=True)
    (folder / name("Encounter", 1)).write_text("\n".join(lines(encounter(1))) + "\n")
    house.send("Encounter.ndjson", *lines(encounter(2)), feed=FEED, on="2026-03-29")
    feeds = list_feeds(house.ledger, house.extracts, AS_OF, home=house.settings.home)
    assert Feed("acute", "FH1") in feeds
    house.land(FEED, as_of=date(2026, 3, 29))
    assert list(statuses(house)) == ["e2"]
    house.land(FEED)
    assert list(statuses(house)) == ["e1", "e2"]
