"""What people decide about doubtful pairs is kept with reason and author, and later runs obey."""

from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.identity import RecordName, decide, explain, link, list_queue, override, show_pair
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number

A, B = nhs_number(1), nhs_number(2)
GP = {"source": "gp", "sender": "YGM01"}
ACUTE = {"source": "acute", "sender": "RYJ"}
NAMED = {"name": [{"family": "Quillfeather", "given": ["Ottoline"]}]}
SIGNED = {"reason": "their letter says so", "author": "A. Clerk"}


def name(record_id: str) -> RecordName:
    where = GP if record_id.startswith("g") else ACUTE
    return RecordName(where["source"], where["sender"], record_id)


def linked(economy: Economy, run_id: str) -> dict[str, str]:
    link(economy.settings, economy.ledger, run_id, AS_OF)
    return {key[2]: row["person_id"] for key, row in economy.links().items()}


def step(economy: Economy, record_id: str) -> str:
    return str(next(row["link_step"] for key, row in economy.links().items() if key[2] == record_id))


@pytest.fixture
def strangers(economy: Economy) -> Economy:
    """A GP's patient, and a hospital's of whom nothing agrees."""
    economy.person("g", A, **NAMED, **GP)
    economy.person("a", None, "1971-02-03", gender="male", **ACUTE)
    economy.land()
    return economy


@pytest.fixture
def conflict(economy: Economy) -> Economy:
    """A hospital's patient with the number of somebody of another birth date."""
    economy.person("g", A, **GP)
    economy.person("a", A, "1971-02-03", gender="male", **ACUTE)
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    return economy


def test_two_strangers_decided_to_be_one_are_one_until_it_is_withdrawn(strangers: Economy) -> None:
    before = linked(strangers, "r1")
    assert before["a"] != before["g"]
    override(strangers.settings, name("a"), name("g"), verdict="same", **SIGNED)
    after = linked(strangers, "r2")
    assert after["a"] == after["g"] == before["g"]
    assert step(strangers, "a") == "decided"
    override(strangers.settings, name("g"), name("a"), verdict="withdrawn", **SIGNED)
    assert linked(strangers, "r3") == before


def test_a_record_linked_by_its_number_leaves_when_decided_to_be_another(economy: Economy) -> None:
    economy.person("g", A, **NAMED, **GP)
    economy.person("a", A, **NAMED, **ACUTE)
    economy.land()
    before = linked(economy, "r1")
    assert before["a"] == before["g"]
    override(economy.settings, name("a"), name("g"), verdict="different", **SIGNED)
    after = linked(economy, "r2")
    assert after["g"] == before["g"] != after["a"]
    assert linked(economy, "r3") == after
    overruled = economy.links()["acute", "RYJ", "a"]
    assert (overruled["link_step"], overruled["code"]) == ("decided", None)
    assert explain(economy.settings, "acute", "RYJ", "a").scores == {}
    override(economy.settings, name("a"), name("g"), verdict="withdrawn", **SIGNED)
    assert linked(economy, "r4") == before


def test_two_established_numbers_are_never_decided_to_be_one(economy: Economy) -> None:
    economy.person("g", A, **GP)
    economy.person("a", B, status="01", **ACUTE)
    economy.land()
    before = linked(economy, "r1")
    with pytest.raises(UsageError, match="different established NHS numbers") as refused:
        override(economy.settings, name("a"), name("g"), verdict="same", **SIGNED)
    assert A not in str(refused.value)
    assert linked(economy, "r2") == before


def test_two_decisions_that_would_join_two_numbers_are_refused(economy: Economy) -> None:
    economy.person("g1", A, **GP)
    economy.person("g2", B, **GP)
    economy.person("a", None, **ACUTE)
    economy.land()
    linked(economy, "r1")
    override(economy.settings, name("a"), name("g1"), verdict="same", **SIGNED)
    with pytest.raises(UsageError, match="withdraw"):
        override(economy.settings, name("a"), name("g2"), verdict="same", **SIGNED)


@pytest.mark.parametrize("signed", [{"reason": " ", "author": "x"}, {"reason": "x", "author": ""}])
def test_a_decision_needs_a_reason_and_an_author(strangers: Economy, signed: dict[str, str]) -> None:
    linked(strangers, "r1")
    with pytest.raises(UsageError, match="reason and an author"):
        override(strangers.settings, name("a"), name("g"), verdict="same", **signed)


def test_a_decision_names_records_that_are_known_and_a_verdict_that_is_one(strangers: Economy) -> None:
    linked(strangers, "r1")
    with pytest.raises(UsageError, match="no record"):
        override(strangers.settings, name("a9"), name("g"), verdict="same", **SIGNED)
    with pytest.raises(UsageError, match="same"):
        override(strangers.settings, name("a"), name("g"), verdict="perhaps", **SIGNED)
    with pytest.raises(UsageError, match="two different records"):
        override(strangers.settings, name("a"), name("a"), verdict="same", **SIGNED)
    with pytest.raises(UsageError, match="nobody has decided"):
        override(strangers.settings, name("a"), name("g"), verdict="withdrawn", **SIGNED)


def test_the_queue_names_both_sides_and_no_value(conflict: Economy) -> None:
    (pair,) = [pair for pair in list_queue(conflict.settings) if pair.kind == "birth_date_conflict"]
    assert (pair.left, pair.right) == (name("a"), name("g"))
    assert (pair.compared["nhs_number"], pair.compared["birth_date"]) == ("agreed", "differed")
    assert not any(value in repr(pair) for value in (A, "1950", "1971", "female"))


def test_a_pair_of_the_queue_is_decided_and_leaves_it(conflict: Economy) -> None:
    pair = list_queue(conflict.settings)[0]
    shown, _ = show_pair(conflict.settings, pair.pair_id)
    assert shown == pair
    decide(conflict.settings, pair.pair_id, verdict="same", **SIGNED)
    assert pair.pair_id not in {left.pair_id for left in list_queue(conflict.settings)}
    people = linked(conflict, "r2")
    assert people["a"] == people["g"]
    with pytest.raises(UsageError, match="review list"):
        decide(conflict.settings, pair.pair_id, verdict="same", **SIGNED)


def test_every_decision_is_kept_with_reason_and_author(strangers: Economy) -> None:
    linked(strangers, "r1")
    override(strangers.settings, name("a"), name("g"), verdict="same", **SIGNED)
    override(strangers.settings, name("a"), name("g"), verdict="different", **SIGNED)
    with open_vault(strangers.settings, load_keys(strangers.settings)) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "select verdict, reason, author from vault.decision order by decided_at"
        ).fetchall()
    assert rows == [(verdict, *SIGNED.values()) for verdict in ("same", "different")]
    people = linked(strangers, "r2")
    assert people["a"] != people["g"]


def decided_in_queue(economy: Economy) -> dict[str, str]:
    """The conflict, decided to be one person by the pair that the queue lists (a record, and a number)."""
    decide(economy.settings, list_queue(economy.settings)[0].pair_id, verdict="same", **SIGNED)
    people = linked(economy, "r2")
    assert people["a"] == people["g"]
    return people


def test_a_pair_decided_in_the_queue_is_withdrawn_by_the_records_names(conflict: Economy) -> None:
    decided_in_queue(conflict)
    override(conflict.settings, name("a"), name("g"), verdict="withdrawn", **SIGNED)
    after = linked(conflict, "r3")
    assert after["a"] != after["g"]
    assert [pair.kind for pair in list_queue(conflict.settings)] == ["birth_date_conflict"]
    with pytest.raises(UsageError, match="nobody has decided"):
        override(conflict.settings, name("g"), name("a"), verdict="withdrawn", **SIGNED)


def test_another_verdict_by_names_takes_the_place_of_that_in_the_queue(conflict: Economy) -> None:
    decided_in_queue(conflict)
    override(conflict.settings, name("g"), name("a"), verdict="different", **SIGNED)
    summary = link(conflict.settings, conflict.ledger, "r3", AS_OF)
    assert summary.contradictions == ()
    people = linked(conflict, "r4")
    assert people["a"] != people["g"]
    assert list_queue(conflict.settings) == []


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_a_pair_decided_by_names_leaves_the_queue_at_once(conflict: Economy, verdict: str) -> None:
    assert len(list_queue(conflict.settings)) == 1
    override(conflict.settings, name("g"), name("a"), verdict=verdict, **SIGNED)
    assert list_queue(conflict.settings) == []
    linked(conflict, "r2")
    assert list_queue(conflict.settings) == []


def test_a_record_that_two_people_fit_as_well_is_listed_with_both_until_decided(economy: Economy) -> None:
    family, home = "Quillfeather", {"address": [{"use": "home", "postalCode": "SW1A 1AA"}]}
    for record_id, number, given in (("g1", A, "Ottoline"), ("g2", B, "Rosamund")):
        economy.person(record_id, number, name=[{"family": family, "given": [given]}], **home, **GP)
    economy.person("a", None, name=[{"family": family}], **{**home, "gender": None}, **ACUTE)
    economy.land()
    before = linked(economy, "r1")
    assert before["a"] not in (before["g1"], before["g2"])
    pairs = [pair for pair in list_queue(economy.settings) if pair.left == name("a")]
    assert {(pair.kind, pair.right, pair.candidates) for pair in pairs} == {
        ("several_close", name("g1"), 2), ("several_close", name("g2"), 2),
    }  # fmt: skip
    override(economy.settings, name("a"), name("g2"), verdict="same", **SIGNED)
    assert list_queue(economy.settings) == []
    after = linked(economy, "r2")
    assert after["a"] == after["g2"] == before["g2"]
    assert list_queue(economy.settings) == []


def test_a_record_that_one_person_fits_far_better_is_not_listed(economy: Economy) -> None:
    home = {"address": [{"use": "home", "postalCode": "SW1A 1AA"}]}
    for record_id, number, birth in (("g1", A, "1950-06-01"), ("g2", B, "1971-02-13")):
        economy.person(record_id, number, birth, name=[{"family": "Quillfeather"}], **home, **GP)
    economy.person("a", None, name=[{"family": "Quillfeather"}], **home, practice="Y99001", **ACUTE)
    economy.land()
    linked(economy, "r1")
    assert [pair for pair in list_queue(economy.settings) if pair.kind == "several_close"] == []
