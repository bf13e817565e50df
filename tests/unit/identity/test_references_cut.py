"""A row of a product names no row that stays out of it, not even by a key."""

from __future__ import annotations

from typing import Any

from pipeline.identity import apply_opt_outs, link, objections_gate, pseudonymise
from tests.identity_economy import AS_OF, Economy, nhs_number, practice, registration

A = nhs_number(1)
PRODUCT = "direct_care"
GP: dict[str, Any] = {"source": "gp", "sender": "YGM01"}


def moved(economy: Economy, *, old_shares: bool) -> None:
    """Somebody with a plan at the practice that was left, and issues of it at both practices."""
    economy.reference(
        "codelists", "codelist,code_system,code,term", ("legally_restricted", "ICD10", "Z99", "made up")
    )
    for record_id, code, began, ended in (
        ("left", "E81001", "2010-01-01", "2020-01-01"), ("here", "E81002", "2020-01-01", None),
    ):  # fmt: skip
        economy.person(record_id, A, practice=code, **GP)
        economy.add("EpisodeOfCare", registration(record_id, code, began, ended), record_id, **GP)
        issue = {"id": f"issue-{record_id}", "basedOn": [{"reference": "MedicationRequest/plan"}]}
        economy.add("MedicationRequest", issue, record_id, **GP)
    economy.add("MedicationRequest", {"id": "plan"}, "left", **GP)
    for code, shares in (("E81001", old_shares), ("E81002", True)):
        economy.add("Organization", practice(code, sharing=shares), None, supporting=True, **GP)
    extracts = economy.home.parent / "extracts"
    economy.reply(extracts, AS_OF, A)
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    apply_opt_outs(economy.settings, economy.ledger, "r1", extracts, AS_OF)


def issues(economy: Economy) -> list[bool]:
    """Of each medication request that the product holds: whether it names what it rests on."""
    pseudonymise(economy.settings, economy.ledger, "r1", PRODUCT, AS_OF)
    place = economy.home / "pseudonymised" / PRODUCT
    objections_gate(
        economy.settings, economy.ledger, run_id="r1", product=PRODUCT, stage="pseudonymised", place=place,
        as_of=AS_OF,
    )  # fmt: skip
    rows = economy.table(place / "gp__medication_requests.parquet")
    return sorted(row["based_on_key"] is not None for row in rows)


def test_what_rests_on_a_row_of_a_practice_that_does_not_share_no_longer_names_it(economy: Economy) -> None:
    moved(economy, old_shares=False)
    assert issues(economy) == [False]


def test_what_rests_on_a_row_that_is_in_keeps_naming_it(economy: Economy) -> None:
    moved(economy, old_shares=True)
    assert issues(economy) == [False, True, True]
