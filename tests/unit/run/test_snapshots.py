"""The first version of a month stays as its snapshot, for as long as its people may be in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline import audit_log, clock, publish
from pipeline.errors import RunLockedError
from pipeline.ledger import Ledger
from pipeline.publish.versions import prune, shelf, swap
from pipeline.run import keep_snapshots, lock
from pipeline.settings import Settings


class Nights:
    """Nights that published direct_care and secondary_use, whose opt-out reply lapses 21 days after each."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.settings, self.ledger = replace(settings, keep_versions=1), ledger

    def publish(self, as_of: str, *products: str) -> str:
        run_id = f"{as_of.replace('-', '')}-001"
        row = {
            "run_id": run_id,
            "as_of": as_of,
            "started_at": as_of,
            "outcome": "published",
            "code_version": "x",
        }
        self.ledger.put("run", [row])
        lapses_on = (datetime.fromisoformat(as_of) + timedelta(days=21)).date().isoformat()
        for product in products or ("direct_care", "secondary_use"):
            place = shelf(self.settings, product)
            place.prepare()
            place.parquet(run_id).mkdir()
            place.database(run_id).write_text(run_id, encoding="utf-8")
            swap(place.current, Path("versions") / f"{run_id}.duckdb")
            if product == "secondary_use":
                check = {"run_id": run_id, "product": product, "reply_lapses_on": lapses_on,
                         "restricted_codes": 0, "people_in": 1, "people_out": 0}  # fmt: skip
                self.ledger.put("objection_check", [check])
            prune(self.settings, product)
        return run_id

    def keep(self, *, again: bool = False) -> list[tuple[str, str, str]]:
        new = keep_snapshots(self.settings, again=again)
        return [(one.product, one.month, one.run_id) for one in new]

    def kept(self, product: str) -> dict[str, str]:
        """Month -> what a reader of the snapshot reads."""
        return {
            one.month: one.path.read_text("utf-8") for one in publish.list_snapshots(self.settings, product)
        }


@pytest.fixture
def nights(settings: Settings, ledger: Ledger) -> Nights:
    return Nights(settings, ledger)


def test_the_first_night_of_a_month_makes_one_and_the_others_none(nights: Nights) -> None:
    first = nights.publish("2026-03-01")
    assert nights.keep() == [("direct_care", "2026-03", first), ("secondary_use", "2026-03", first)]
    nights.publish("2026-03-02")
    assert nights.keep() == []
    april = nights.publish("2026-04-01", "direct_care")  # and secondary_use was refused
    assert nights.keep() == [("direct_care", "2026-04", april)]
    assert nights.kept("direct_care") == {"2026-04": april, "2026-03": first}
    rows = nights.ledger.query("select product, month, run_id from snapshot order by month, product")
    assert [tuple(row.values()) for row in rows] == [
        ("direct_care", "2026-03", first), ("secondary_use", "2026-03", first),
        ("direct_care", "2026-04", april),
    ]  # fmt: skip
    acts = [entry.details["month"] for entry in audit_log.entries(nights.settings)
            if entry.act == "snapshot_kept"]  # fmt: skip
    assert acts == ["2026-03", "2026-03", "2026-04"]


def test_a_snapshot_is_not_pruned_and_takes_no_place_from_the_newest(nights: Nights) -> None:
    first = nights.publish("2026-03-01")
    nights.keep()
    for day in range(2, 6):
        newest = nights.publish(f"2026-03-0{day}")
    versions = [version.run_id for version in publish.list_versions(nights.settings, "direct_care")]
    assert sorted(versions) == [first, newest]


def test_that_of_secondary_use_goes_when_its_reply_has_lapsed(nights: Nights) -> None:
    first = nights.publish("2026-03-01")
    nights.keep()
    nights.publish("2026-03-22")
    nights.keep()
    assert nights.kept("secondary_use") == {"2026-03": first}
    newest = nights.publish("2026-03-23")
    nights.keep()
    assert nights.kept("secondary_use") == {}
    assert nights.kept("direct_care") == {"2026-03": first}
    left = [version.run_id for version in publish.list_versions(nights.settings, "secondary_use")]
    assert left == [newest]


def test_one_that_would_have_lapsed_already_is_not_made(nights: Nights) -> None:
    nights.publish("2026-03-01", "secondary_use")
    nights.publish("2026-04-10", "direct_care")
    assert [product for product, *_ in nights.keep()] == ["direct_care"]


def test_a_deletion_takes_the_snapshot_along(nights: Nights) -> None:
    nights.publish("2026-03-01")
    nights.keep()
    nights.publish("2026-03-02")
    decided = clock.moment() + timedelta(minutes=1)
    publish.withdraw(nights.settings, nights.ledger, "direct_care", made_before=decided)
    assert nights.kept("direct_care") == {}
    assert list(shelf(nights.settings, "direct_care").snapshots.iterdir()) == []


def test_asked_again_what_is_served_takes_its_place(nights: Nights) -> None:
    nights.publish("2026-03-01")
    nights.keep()
    mended = nights.publish("2026-03-02")
    assert nights.keep() == []
    assert [run_id for _, _, run_id in nights.keep(again=True)] == [mended, mended]
    assert nights.kept("direct_care") == {"2026-03": mended}


def test_it_waits_for_a_night_that_is_at_work(nights: Nights) -> None:
    nights.publish("2026-03-01")
    lock.acquire(nights.settings, nights.ledger, run_id="20260302-001", held_by="run")
    with pytest.raises(RunLockedError):
        nights.keep()
    assert nights.kept("direct_care") == {}
