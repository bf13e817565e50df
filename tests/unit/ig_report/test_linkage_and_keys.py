"""How records were joined, and with which keys pseudonyms were made."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from pipeline import linkage_report
from pipeline.keys import load_keys
from tests.release_desk import AT, RUN, Desk


def built_from(desk: Desk, run_id: str) -> None:
    """What the served product was built from, as ``run_id`` left it."""
    folder = desk.settings.home / "pseudonymised" / "direct_care"
    folder.mkdir()
    rows = (
        "select i // 2 as person_key, i as strict_person_key, i // 4 as loose_person_key, 'acute' as source"
    )
    with duckdb.connect() as connection:
        connection.execute(f"copy (select '{run_id}' as run_id) to '{folder}/ledger__current_run.parquet'")
        connection.execute(f"copy ({rows} from range(24) as t (i)) to '{folder}/person_sources.parquet'")


def test_links_stand_by_source_with_their_estimated_errors(desk: Desk) -> None:
    section = desk.night().page().section("linkage")
    assert section.row("gp", "1,000", "100.00", "2.00", "1,000", "1.00")
    assert section.row("acute", "200", "95.00", "10.00", "200", "5.00")


def test_what_depends_on_the_threshold_is_told_at_three(desk: Desk) -> None:
    built_from(desk.night(), RUN)
    section = desk.page().section("linkage")
    assert section.row("acute", "24", "24", "12", "6")
    assert section.row("all sources", "24", "24", "12", "6")
    assert section.row("total bed days", "2025-04-01", "2026-03-31", "per 1000", "203.50", "201.25", "209.75")
    assert "strict 14.0, middle 7.0, loose 2.0" in " ".join(section.texts)


def test_what_a_later_run_wrote_over_is_not_known(desk: Desk) -> None:
    built_from(desk.night(), "20260401-001")
    assert "How many people the records make at each threshold is not known" in desk.page().source


def test_without_a_version_links_are_not_known(desk: Desk) -> None:
    desk.night(published=("open",))
    assert "Links by source are not known" in desk.page().section("linkage").source
    assert len(desk.matters("unknown", "linkage")) == 1


def test_drift_and_decisions_that_could_not_be_obeyed_are_looked_at(desk: Desk) -> None:
    desk.night().put("link_contradiction", {"reason": "two_numbers", "decisions": 3})
    section = desk.page().section("linkage")
    assert section.row("two numbers", "3") and section.row("link step", "acute", "3", "0.30")
    assert len(desk.matters("look", "linkage")) == 2


def test_the_linkage_report_is_linked_where_it_lies_beside(desk: Desk) -> None:
    beside = linkage_report.nightly_path(desk.night().settings, RUN)
    assert f'href="{beside.name}"' not in desk.page().source
    beside.touch()
    assert f'href="{beside.name}"' in desk.page().source


def test_every_key_version_is_named_and_none_is_shown(desk: Desk) -> None:
    section = desk.night().page().section("keys")
    keys = load_keys(desk.settings)
    assert len(desk.keys) == 10
    for key in keys.history():
        assert section.row(key.purpose, str(key.version), key.key_id)
        assert keys.key(key.purpose).hex() not in desk.page().source
    assert section.texts.count("yes") == 10  # known to this run
    assert "No key was ever replaced." in section.texts


def test_a_key_of_another_run_is_not_this_release_s(desk: Desk) -> None:
    desk.night(key_ids="product:direct_care=0000000000000000")
    assert desk.page().section("keys").texts.count("no") == 10


def test_development_keys_are_acted_on_in_production(desk: Desk) -> None:
    assert len(desk.night().matters("look", "keys")) == 1
    found = desk.findings()
    keys = type(found.keys)(keys=found.keys.keys, rotations=(), roots=(), is_production=True)
    assert [one.level for one in keys.attention()] == ["act"]


def test_a_rotation_is_told_with_who_ordered_it(desk: Desk) -> None:
    desk.night()
    rotation = {"product": "direct_care", "base_run_id": RUN, "old_key_id": "0" * 16, "new_key_id": "1" * 16}
    desk.put("key_rotation", {**rotation, "outcome": "rotated"})
    desk.put("key_rotation", {**rotation, "run_id": "20260331-002", "outcome": "running"})
    entry = desk.log("keys_rotated", "A. Singh", product="direct_care", run_id=RUN, reason="yearly")
    at = entry.at[:16].replace("T", " ") + " UTC"
    section = desk.page().section("keys")
    assert section.row(RUN, "direct care", at, "A. Singh", "0" * 16, "1" * 16, "rotated")
    assert section.row("20260331-002", "direct care", "–", "not known")
    assert "A new key for direct_care was begun and is not in use yet." in desk.matters("look", "keys")


def test_a_release_of_a_key_that_was_replaced_is_looked_at(desk: Desk) -> None:
    desk.night()
    found = desk.findings().keys
    retired = [
        {**row, "retired_at": AT} if row["purpose"] == "product:direct_care" else row for row in found.keys
    ]
    told = [
        one.what for one in type(found)(keys=retired, rotations=(), roots=(), is_production=False).attention()
    ]
    assert "product:direct_care has another key since: this release is withdrawn." in told


def test_a_replaced_root_is_told_and_a_product_that_waits_is_acted_on(desk: Desk) -> None:
    desk.night()
    old, new = "a" * 16, "b" * 16
    desk.log("root_replaced", "A. Singh", old_key_id=old, key_id=new, reason="the custodian has left")
    assert desk.page().section("keys").row("A. Singh", "the custodian has left", old, new, "no")
    found = desk.findings().keys
    assert not [one for one in found.attention() if "is not made again yet" in one.what]
    desk.log("root_in_use", "A. Singh", key_id=new, products=["direct_care"])
    page = desk.page().section("keys")
    assert page.row("A. Singh", "the custodian has left", old, new, "yes")
    assert "No key was ever replaced." not in page.texts
    rows = {row["purpose"]: row for row in desk.findings().keys.keys}
    since = desk.findings().keys.roots[0]["at"]
    for made_at, waits in (("2026-01-01T00:00:00+00:00", True), (since, False)):
        keys = [{**rows["product:direct_care"], "made_at": made_at}]
        told = [one.what for one in replace(desk.findings().keys, keys=keys).attention()]
        assert any("direct care is not made again yet" in what for what in told) == waits
