"""The DAG, run for real with steps that only note that they were called."""

from __future__ import annotations

import json
from typing import Any

import pytest

PRODUCTS = ("direct_care", "secondary_use")
PRODUCT_STEPS = ("pseudonymise", "build", "check_product", "publish_product")
IN_ORDER = (
    "open_run", "fetch", "list_feeds", "land_feed gp", "require_a_feed", "check_arrivals", "link",
    "apply_opt_outs", "pseudonymise secondary_use", "build secondary_use", "check_product secondary_use",
    "publish_product secondary_use", "publish_open", "close_run", "report",
)  # fmt: skip


def test_all_steps_run_once_and_in_order(nights: dict[str, Any]) -> None:
    night = nights["all well"]
    expected = {
        "open_run",
        "list_feeds",
        "land_feed gp",
        "land_feed acute",
        "load_reference",
        "report_linkage",
        "report_governance",
        *IN_ORDER,
    }
    expected |= {f"{step} {product}" for step in PRODUCT_STEPS for product in PRODUCTS}
    assert night["state"] == "success"
    assert sorted(night["calls"]) == sorted(expected)
    assert [call for call in night["calls"] if call in IN_ORDER] == list(IN_ORDER)


def test_the_report_of_governance_comes_after_everything_that_it_tells_of(nights: dict[str, Any]) -> None:
    for scenario in ("all well", "one bad feed", "secondary_use refused"):
        calls = nights[scenario]["calls"]
        told = {"publish_product direct_care", "publish_open", "report_linkage"} & set(calls)
        assert all(calls.index(call) < calls.index("report_governance") for call in told), scenario
        assert calls.index("report_governance") < calls.index("close_run")


def test_reference_data_is_loaded_before_anything_is_checked(nights: dict[str, Any]) -> None:
    calls = nights["all well"]["calls"]
    assert calls.index("load_reference") < calls.index("check_arrivals")


def test_a_bad_feed_is_red_and_stops_nobody(nights: dict[str, Any]) -> None:
    night = nights["one bad feed"]
    states = sorted(state for task, state in night["tasks"].items() if task.startswith("land_feed["))
    assert states == ["failed", "success"]
    assert {task: state for task, state in night["tasks"].items() if state != "success"}.keys() == {
        "land_feed[0]"
    }
    assert night["state"] == "success"
    assert {"publish_product direct_care", "publish_product secondary_use", "publish_open"} <= set(
        night["calls"]
    )


def test_without_a_feed_nothing_goes_on_and_the_run_is_red(nights: dict[str, Any]) -> None:
    night = nights["no feed at all"]
    assert night["state"] == "failed"
    assert not {"check_arrivals", "link", "publish_product direct_care"} & set(night["calls"])
    assert night["calls"][-2:] == ["close_run", "report"]


def test_refused_arrivals_stop_both_products(nights: dict[str, Any]) -> None:
    night = nights["arrivals refused"]
    assert night["state"] == "failed"
    assert not [call for call in night["calls"] if call.split()[0] in PRODUCT_STEPS or call == "link"]
    assert night["calls"][-2:] == ["close_run", "report"]


def test_one_product_does_not_wait_for_the_other(nights: dict[str, Any]) -> None:
    night = nights["secondary_use refused"]
    assert "publish_product direct_care" in night["calls"]
    assert not {"build secondary_use", "publish_product secondary_use", "publish_open"} & set(night["calls"])
    assert night["state"] == "failed"


@pytest.mark.parametrize("scenario", ["all well", "one bad feed", "no feed at all", "arrivals refused"])
def test_the_run_is_closed_last_whatever_happened(nights: dict[str, Any], scenario: str) -> None:
    """The lock goes back once, and after every other step: nothing works without it."""
    calls = nights[scenario]["calls"]
    assert calls.count("close_run") == 1
    assert calls[-2:] == ["close_run", "report"]


def test_a_run_that_cannot_be_opened_is_red(nights: dict[str, Any]) -> None:
    night = nights["cannot open"]
    assert night["state"] == "failed"
    assert "list_feeds" not in night["calls"]


def test_only_the_run_s_id_and_words_of_feeds_are_handed_on(nights: dict[str, Any]) -> None:
    """What tasks hand on lies in Airflow's database, outside the zones: nothing else may be in it."""
    handed = set(nights["all well"]["xcoms"])
    feeds = str([{"source": "gp", "sender": "A"}, {"source": "acute", "sender": "B"}])
    assert {value.replace('"', "'") for value in handed} <= {"20260331-001", feeds, "None", "gp/A", "acute/B"}
    assert handed


def test_each_feed_and_product_that_was_made_is_an_asset_with_an_event(nights: dict[str, Any]) -> None:
    feeds = ["x-wsic://feed/acute/B", "x-wsic://feed/gp/A"]
    products = [f"x-wsic://product/{name}" for name in ("direct_care", "open", "secondary_use")]
    assert nights["all well"]["assets"] == [*feeds, "x-wsic://night/ended", *products]
    assert nights["one bad feed"]["assets"] == [feeds[0], "x-wsic://night/ended", *products]
    assert nights["secondary_use refused"]["assets"] == [*feeds, "x-wsic://night/ended", products[0]]
    assert nights["cannot open"]["assets"] == []


def test_an_event_tells_no_more_than_the_run(nights: dict[str, Any]) -> None:
    told = {extra for night in nights.values() for extra in night["told_with_assets"]}
    assert {json.dumps({"run_id": "20260331-001"})} <= told
    assert all(set(json.loads(extra)) <= {"run_id"} for extra in told)
