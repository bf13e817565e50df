"""The DAGs beside the night, run for real with steps that only note that they were called."""

from __future__ import annotations

from typing import Any


def test_the_check_asks_collects_and_applies(nights: dict[str, Any]) -> None:
    made = nights["asked and answered"]
    assert (made["state"], made["calls"]) == ("success", ["ask now=False", "collect", "apply"])
    assert made["assets"] == ["x-wsic://opt-outs/reply"]


def test_where_nobody_answers_what_came_before_is_applied_all_the_same(nights: dict[str, Any]) -> None:
    """And it is red, so that somebody looks while the reply in use still holds."""
    made = nights["nobody answers"]
    assert (made["state"], made["calls"]) == ("failed", ["ask now=True", "collect", "apply"])
    assert made["tasks"]["all_went_well[-1]"] == "upstream_failed"


def test_a_day_on_which_no_reply_holds_is_red(nights: dict[str, Any]) -> None:
    assert nights["no reply holds"]["state"] == "failed"
    assert nights["no reply holds"]["assets"] == []


def test_only_a_night_that_makes_the_snapshot_announces_it(nights: dict[str, Any]) -> None:
    first, other = nights["first night of the month"], nights["another night"]
    assert (first["state"], first["assets"]) == ("success", ["x-wsic://product/monthly-snapshot"])
    assert (other["state"], other["assets"]) == ("success", [])
    assert other["tasks"]["announce[-1]"] == "skipped"


def test_nothing_is_destroyed_unless_asked_to(nights: dict[str, Any]) -> None:
    looked_at = nights["looked at"]
    assert (looked_at["state"], looked_at["calls"]) == ("success", ["plan"])
    assert looked_at["tasks"]["destroy[-1]"] == "skipped"
    assert nights["to be destroyed"]["calls"] == ["plan", "destroy"]
    assert nights["nothing over"]["calls"] == ["plan"]


def test_links_are_taken_over_only_where_asked_to(nights: dict[str, Any]) -> None:
    assert nights["rehearsed"]["calls"] == ["relink take=False"]
    assert nights["rehearsed"]["tasks"]["take_over[-1]"] == "skipped"
    assert nights["taken over"]["calls"] == ["relink take=False", "relink take=True"]
    assert nights["rehearsal failed"]["state"] == "failed"
    assert nights["rehearsal failed"]["calls"] == ["relink take=False"]


def test_nothing_but_counts_and_words_is_handed_on(nights: dict[str, Any]) -> None:
    handed = {
        value.replace('"', "'")
        for name in ("asked and answered", "first night of the month", "to be destroyed")
        for value in nights[name]["xcoms"]
    }
    assert {"{'log': 2, 'received': 0}", "['direct_care']"} <= handed
    others = handed - {"{'log': 2, 'received': 0}", "['direct_care']", "True", "true", "None"}
    assert all(value.isdecimal() for value in others)
