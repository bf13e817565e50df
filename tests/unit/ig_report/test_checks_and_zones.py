"""Every check with its result, failing ones first; who may open which zone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline import least_privilege
from pipeline.ig_report.evidence.zone_modes import ZoneModes
from pipeline.zones import ZONES
from tests.release_desk import Desk


def test_failing_rules_stand_first_and_critical_ones_before_all(desk: Desk) -> None:
    desk.night().rule("arrived.acute", "primary_diagnosis_coded", "", 358, 42, severity="warning")
    desk.rule("published.leaks", "no_postcode", "secondary_use", 900, 1)
    section = desk.page().section("checks")
    names = [text for text in section.texts if text in ("no postcode", "primary diagnosis coded", "no email")]
    assert names[:2] == ["no postcode", "primary diagnosis coded"]
    assert section.row("published.leaks", "secondary use", "critical", "900", "1")
    assert "no text holds a United Kingdom postcode" in section.texts
    assert desk.matters("act", "checks") and desk.matters("look", "checks")


def test_every_rule_of_the_ledger_is_on_the_page_once(desk: Desk) -> None:
    section = desk.night().page().section("checks")
    results = desk.ledger.query("select rule_id from rule_result")
    assert section.texts.count("passed") == len(results) > 100
    assert "Every rule passed." in section.texts


def test_suites_are_summed_up(desk: Desk) -> None:
    desk.night().rule("published.leaks", "no_postcode", "open", 900, 1)
    section = desk.page().section("checks")
    assert section.row(
        "Anything that looks like an identifier", "published.leaks", "open", "6", "5", "0", "1"
    )
    assert "published.leaks, open: 5 of 6 passed" in section.texts


def test_what_could_not_be_followed_is_noted_and_is_no_failure(desk: Desk) -> None:
    desk.night().rule("purpose", "lineage_followed", "secondary_use", 208, 3, severity="warning")
    page = desk.page()
    assert "lineage followed" not in page.section("checks").texts
    assert "failed" not in page.section("checks").texts
    assert "Every rule passed." in page.section("checks").texts
    noted = next(text for text in page.section("checks").texts if text.startswith("Noted of secondary use"))
    assert "no failure" in noted and "Not followed: 3 of 208 tables." in noted
    assert desk.matters("look", "checks") == []


def test_rules_of_the_deployment_are_not_said_to_be_of_what_arrived(desk: Desk) -> None:
    desk.night().rule("least_privilege", "encrypted_at_rest", "", 7, 6, severity="warning")
    section = desk.page().section("checks")
    assert section.row("least_privilege", "the deployment", "warning", "7", "6")
    assert any("lies on an encrypted disk" in text for text in section.texts)
    assert "–" not in section.texts


@pytest.mark.parametrize(
    "suite", ["published.index_leaks", "audit_log", "purpose", "dbt", "published.copies"]
)
def test_a_published_product_without_a_gate_s_result_is_acted_on(desk: Desk, suite: str) -> None:
    desk.night().sql("delete from rule_result where suite = ? and product = 'direct_care'", suite)
    assert desk.matters("act", "checks") == [f"direct_care is published without a result of {suite}."]


def test_without_results_the_checks_are_not_known(desk: Desk) -> None:
    desk.night(published=()).sql("delete from rule_result")
    assert desk.matters("unknown", "checks") == ["The ledger has no result of any check of this run."]


def test_zones_stand_with_owner_and_mode(desk: Desk) -> None:
    section = desk.night().page().section("zones")
    assert all(zone in section.texts for zone in ZONES)
    assert section.texts.count("0700") == 8 and section.row("0755", "every account of the machine")
    assert "not known" not in section.texts  # whether each is encrypted, and by what


@pytest.mark.parametrize(
    ("zone", "mode", "level"),
    [
        ("identity", 0o750, "act"),
        ("keys", 0o705, "act"),
        ("warehouse", 0o705, "look"),
        ("warehouse", 0o750, ""),
    ],
)
def test_a_zone_that_others_may_open(desk: Desk, zone: str, mode: int, level: str) -> None:
    """Read before the ledger is opened, which puts the modes right."""
    folder = desk.night().settings.home / zone
    folder.chmod(mode)
    page = desk.page()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert f"{mode:04o}" in page.section("zones").texts
    told = f"The zone {zone} may be opened by"
    assert (told in page.source) == bool(level)
    if level:
        heading = {"act": "To be acted on", "look": "To be looked at"}[level]
        assert told in page.source[page.source.index(heading) :].split("<h3")[0]


def test_a_zone_that_is_not_there_is_not_known(desk: Desk) -> None:
    (desk.night().settings.home / "quarantine").rmdir()
    page = desk.page()
    assert page.section("zones").row("quarantine", "rows that were refused", "yes", "not known", "not known")
    assert "The zone quarantine is not there, so its mode is not known." in page.source


def guard(desk: Desk, *, bare: tuple[str, ...] = (), **more: Any) -> least_privilege.Protection:
    """What least privilege would tell of a machine on which all but ``bare`` is encrypted."""
    found = least_privilege.describe(desk.settings)
    zones = [replace(one, is_encrypted=one.name not in bare, encrypted_by="LUKS") for one in found.zones]
    swap = least_privilege.Encryption("swap" not in bare, "as the test says")
    held_back = {"landlock": 3, "warehouse_user": "wsic_dbt"}
    return replace(found, zones=tuple(zones), swap=swap, **(held_back | more))


def seen(protection: least_privilege.Protection, *, is_production: bool) -> list[tuple[str, str]]:
    found = ZoneModes(zones=protection.zones, protection=protection, is_production=is_production)
    return [(one.level, one.what) for one in found.attention()]


@pytest.mark.parametrize(("is_production", "level"), [(True, "act"), (False, "look")])
def test_a_zone_or_swap_that_is_not_encrypted(desk: Desk, is_production: bool, level: str) -> None:
    bare = ("fhir", "warehouse", "swap")
    found = seen(guard(desk, bare=bare), is_production=is_production)
    assert found == [(level, "Not known to be encrypted at rest: fhir, swap.")]
    declared = guard(desk, bare=bare, declared="disks of the cloud")
    assert seen(declared, is_production=is_production) == []


def test_a_dbt_that_nothing_holds_back_is_acted_on(desk: Desk) -> None:
    found = seen(guard(desk, landlock=0, warehouse_user=""), is_production=True)
    assert [level for level, _ in found] == ["act"]


def test_what_guards_the_zones_is_on_the_page(desk: Desk) -> None:
    from pipeline.ig_report.page import render
    from tests.release_desk import Page

    found = desk.night().findings()
    protection = guard(desk, readers={"direct_care": "group carers"})
    modes = ZoneModes(zones=protection.zones, protection=protection, is_production=False)
    section = Page(render(replace(found, zones=modes), linkage_page="")).section("zones")
    assert section.texts.count("yes: LUKS") == 9
    assert section.fact("Tables are built by") == "the account wsic_dbt"
    assert section.fact("direct care may be read by") == "group carers"
    assert section.fact("Declared encryption below the machine") == "none"


@pytest.mark.parametrize(
    ("published", "words"),
    [
        (("direct_care",), "its products are published; this page is its last step"),
        ((), "under way when this page was written"),
    ],
)
def test_the_page_of_a_night_that_writes_it_says_so(
    desk: Desk, published: tuple[str, ...], words: str
) -> None:
    """The night's own page is written before the run is closed: a published release is not called running."""
    section = desk.night(published=published, outcome="running", ended_at=None).page().section("release")
    assert section.fact("How the run stands") == words
    assert section.fact("Ended") == "this page is written as its last step"
