"""What people decide about doubtful pairs is kept with reason and author, and later runs obey."""

from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.identity import RecordName, decide, link, list_queue, override, show_pair
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
