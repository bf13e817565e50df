"""What people decided and the links can no longer obey is counted, listed and explained; never skipped."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.identity import (
    LinkSummary,
    Pair,
    RecordName,
    decide,
    explain,
    link,
    list_queue,
    override,
    rollback_links,
    show_pair,
)
from tests.identity_economy import AS_OF, Economy, nhs_number

A, B = nhs_number(1), nhs_number(2)
GP = {"source": "gp", "sender": "YGM01"}
ACUTE = {"source": "acute", "sender": "RYJ"}
HOME = {"address": [{"use": "home", "postalCode": "SW1A 1AA"}]}
SIGNED = {"reason": "their letter says so", "author": "A. Clerk"}


def name(record_id: str) -> RecordName:
    where = GP if record_id.startswith("g") else ACUTE
    return RecordName(where["source"], where["sender"], record_id)


def named(given: str) -> dict[str, Any]:
    return {"name": [{"family": "Quillfeather", "given": [given]}]}


def night(economy: Economy, run_id: str, **records: dict[str, Any]) -> LinkSummary:
    """Link exactly ``records`` (id=keywords)."""
    economy.rows.clear()
    for record_id, more in records.items():
        economy.person(record_id, **(GP if record_id.startswith("g") else ACUTE), **more)
    economy.land()
    return link(economy.settings, economy.ledger, run_id, AS_OF)


def people(economy: Economy) -> dict[str, str]:
    return {key[2]: row["person_id"] for key, row in economy.links().items()}


def contradictions(economy: Economy) -> list[Pair]:
    return [pair for pair in list_queue(economy.settings) if pair.kind == "contradiction"]


@pytest.fixture
def contradicted(three_nights: Economy, tmp_path: Path) -> Economy:
    return three_nights.copied(tmp_path / "home")


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    """Two records decided to be one, of which the one comes to have a verified number of its own."""
    economy = Economy(tmp_path_factory.mktemp("contradicted") / "home")
    gp, stranger = {"number": A}, {"birth": "1971-02-03", "gender": "male"}
    night(economy, "r1", g=gp, a=stranger)
    override(economy.settings, name("a"), name("g"), verdict="same", **SIGNED)
    assert night(economy, "r2", g=gp, a=stranger).contradictions == ()
    assert people(economy)["a"] == people(economy)["g"]
    assert contradictions(economy) == []
    summary = night(economy, "r3", g=gp, a={**stranger, "number": B, "status": "01"})
    assert summary.contradictions == (("two_numbers", 1),)
    return economy


def test_a_decision_across_two_verified_numbers_is_listed_first_with_both_sides_and_why(
    contradicted: Economy,
) -> None:
    assert people(contradicted)["a"] != people(contradicted)["g"]
    pair = list_queue(contradicted.settings)[0]
    assert (pair.kind, pair.left, pair.right) == ("contradiction", name("a"), name("g"))
    assert pair.reason is not None and "two different established NHS numbers" in pair.reason
    assert pair.compared["nhs_number"] == "differed"
    assert show_pair(contradicted.settings, pair.pair_id)[0] == pair
    assert not any(value in repr(pair) for value in (A, B, "1950", "1971"))


def test_it_is_counted_in_the_ledger_and_no_more_once_the_night_is_undone(contradicted: Economy) -> None:
    counted = "select run_id, reason, decisions from link_contradiction"
    assert [tuple(row.values()) for row in contradicted.ledger.query(counted)] == [("r3", "two_numbers", 1)]
    told = CliRunner().invoke(app, ["link", "report"], env={"WSIC_HOME": str(contradicted.home)})
    assert "decisions that the links could not obey: 1 (two numbers)" in told.output
    assert "2 records in all: cross_check 1, registered 1\n" in told.output
    rollback_links(contradicted.settings, "r3")
    assert contradictions(contradicted) == []


@pytest.mark.parametrize(("asked", "other"), [("a", "g"), ("g", "a")])
def test_explain_shows_it_at_either_side(contradicted: Economy, asked: str, other: str) -> None:
    where = name(asked)
    (broken,) = explain(contradicted.settings, where.source, where.sender, where.record_id).contradictions
    assert (broken.verdict, broken.other) == ("same", name(other))
    assert "two different established NHS numbers" in broken.reason
    told = CliRunner().invoke(
        app, ["link", "explain", where.source, where.sender, where.record_id],
        env={"WSIC_HOME": str(contradicted.home)},
    )  # fmt: skip
    assert "not obeyed: decided on" in told.output
    listed = CliRunner().invoke(app, ["link", "review", "list"], env={"WSIC_HOME": str(contradicted.home)})
    assert (told.exit_code, listed.exit_code) == (0, 0)
    assert "not obeyed, the two sides" in listed.output
    assert not any(value in told.output + listed.output for value in (A, B, "1971-02"))


def test_once_withdrawn_it_is_listed_no_more(contradicted: Economy) -> None:
    (pair,) = contradictions(contradicted)
    decide(contradicted.settings, pair.pair_id, verdict="withdrawn", **SIGNED)
    assert contradictions(contradicted) == []
    summary = link(contradicted.settings, contradicted.ledger, "r4", AS_OF)
    assert summary.contradictions == ()
    assert explain(contradicted.settings, "acute", "RYJ", "a").contradictions == ()


def test_it_is_obeyed_again_when_the_number_is_corrected(contradicted: Economy) -> None:
    summary = night(contradicted, "r4", g={"number": A}, a={"birth": "1971-02-03", "gender": "male"})
    assert summary.contradictions == ()
    assert people(contradicted)["a"] == people(contradicted)["g"]


def test_decisions_that_contradict_one_another_are_listed_and_different_is_obeyed(economy: Economy) -> None:
    records = {key: {"birth": f"197{n}-02-03", "gender": "male"} for n, key in enumerate("abc")}
    night(economy, "r1", **records)
    for one, other in (("a", "b"), ("b", "c")):
        override(economy.settings, name(one), name(other), verdict="same", **SIGNED)
    override(economy.settings, name("a"), name("c"), verdict="different", **SIGNED)
    assert night(economy, "r2", **records).contradictions == (("other_decision", 1),)
    found = people(economy)
    assert found["a"] != found["c"]
    assert found["b"] in (found["a"], found["c"])
    (pair,) = contradictions(economy)
    assert pair.reason is not None and "another decision" in pair.reason


def test_a_record_with_several_close_matches_is_listed_with_each_and_decided(economy: Economy) -> None:
    records = {
        "g1": {"number": A, **named("Ottoline"), **HOME}, "g2": {"number": B, **named("Ottolina"), **HOME},
        "a": {**named("Ottoline"), **HOME},
    }  # fmt: skip
    night(economy, "r1", **records)
    close = [pair for pair in list_queue(economy.settings) if pair.kind == "several_close"]
    assert {(pair.left, pair.right) for pair in close} == {(name("a"), name("g1")), (name("a"), name("g2"))}
    assert {pair.candidates for pair in close} == {2}
    assert not any(value in repr(close).upper() for value in (A, B, "OTTOLIN", "SW1A", "1950"))
    chosen = next(pair for pair in close if pair.right == name("g2"))
    decide(economy.settings, chosen.pair_id, verdict="same", **SIGNED)
    assert [pair for pair in list_queue(economy.settings) if pair.left == name("a")] == []
    night(economy, "r2", **records)
    assert people(economy)["a"] == people(economy)["g2"] != people(economy)["g1"]
    assert [pair for pair in list_queue(economy.settings) if pair.kind == "several_close"] == []


def test_candidates_go_when_the_record_is_found(economy: Economy) -> None:
    register = {
        "g1": {"number": A, **named("Ottoline"), **HOME}, "g2": {"number": B, **named("Ottolina"), **HOME},
    }  # fmt: skip
    night(economy, "r1", **register, a={**named("Ottoline"), **HOME})
    assert len([pair for pair in list_queue(economy.settings) if pair.kind == "several_close"]) == 2
    night(economy, "r2", **register, a={"number": A, **named("Ottoline"), **HOME})
    assert [pair for pair in list_queue(economy.settings) if pair.kind == "several_close"] == []
