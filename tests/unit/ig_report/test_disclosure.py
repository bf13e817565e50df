"""Small numbers: what open hides, what an attack on it gets, and who stands out in the other products."""

from __future__ import annotations

import duckdb
import pytest

from tests.release_desk import Desk


def test_hidden_counts_are_told_by_why_they_are_hidden(desk: Desk) -> None:
    section = desk.night().page().section("disclosure")
    assert section.fact("Counts in all") == "500"
    assert section.fact("Shown") == "442"
    assert section.fact("Hidden: too small themselves") == "41"
    assert section.fact("Hidden: to protect others") == "17"
    assert section.fact("Earlier releases compared with") == "2"
    assert section.row("rates and amounts", "90", "30")


def test_hidden_counts_that_nobody_noted_are_not_known(desk: Desk) -> None:
    desk.night().sql("delete from disclosure")
    assert desk.page().section("disclosure").fact("Hidden: to protect others") == "not known"
    assert desk.matters("unknown", "disclosure") == [
        "How many counts of open were suppressed is not in the ledger."
    ]


@pytest.mark.parametrize(
    ("rule", "severity", "level"),
    [("not_recoverable", "critical", "act"), ("not_differenced", "critical", "act"),
     ("not_given_away_before", "warning", "look")],
)  # fmt: skip
def test_what_an_attack_gets_is_told(desk: Desk, rule: str, severity: str, level: str) -> None:
    desk.night().rule("published.disclosure", rule, "open", 500, 2, severity=severity)
    assert desk.page().section("disclosure").row("500", "2", "failed")
    assert desk.matters(level, "disclosure")[0].endswith("counts: 2.")


def test_an_attack_that_was_not_tried_on_a_published_product_is_acted_on(desk: Desk) -> None:
    desk.night().sql("delete from rule_result where rule_id = 'not_differenced'")
    assert desk.matters("act", "disclosure") == ["open is published, and not every attack on it was tried."]


def test_a_refused_open_is_no_leak_of_its_own(desk: Desk) -> None:
    desk.night(published=("direct_care", "secondary_use"))
    desk.publish("open", "refused", "not recoverable: 3")
    desk.rule("published.disclosure", "not_recoverable", "open", 500, 3)
    assert desk.matters("act", "disclosure") == []
    assert len(desk.matters("look", "disclosure")) == 1
    assert "This run did not publish open, so nothing of it can be disclosed by it." in desk.page().texts


def test_people_who_stand_out_are_told_before_and_after(desk: Desk) -> None:
    section = desk.night().page().section("disclosure")
    assert section.row("secondary use", "before", "5", "1", "40", "300", "120", "77", "yes")
    assert section.row("secondary use", "after", "5", "5", "40", "300", "0", "77", "yes")
    assert desk.matters("act", "disclosure") == []


def test_people_in_classes_that_are_too_small_are_acted_on(desk: Desk) -> None:
    path = desk.night().version("secondary_use")
    with duckdb.connect(str(path)) as connection:
        connection.execute("update quality.k_anonymity set people_below = 2 where stage = 'after'")
    assert desk.matters("act", "disclosure") == ["secondary_use: people stand in classes of fewer than 5."]
    with duckdb.connect(str(path)) as connection:
        connection.execute("update quality.k_anonymity set is_enforced = false")
    assert desk.matters("act", "disclosure") == []


@pytest.mark.parametrize("is_there", [True, False])
def test_a_version_that_says_nothing_of_it_or_is_gone_is_not_known(desk: Desk, is_there: bool) -> None:
    path = desk.night().version("direct_care")
    if is_there:
        with duckdb.connect(str(path)) as connection:
            connection.execute("drop table quality.k_anonymity")
    else:
        path.unlink()
    assert desk.matters("unknown", "disclosure") == [
        "direct_care: how many people stand out was not measured."
    ]
