"""Which products came of the run, which feeds it had, and on which legal bases."""

from __future__ import annotations

import pytest

from pipeline.errors import UsageError
from tests.release_desk import AT, LATER, RUN, Desk


def test_products_stand_with_what_became_of_them(desk: Desk) -> None:
    section = desk.night().page().section("release")
    assert section.texts.count("published") == 4  # the run and three products
    assert section.texts.count(f"the version of {RUN}") == 3


def test_a_refused_product_is_acted_on_and_its_reason_is_escaped(desk: Desk) -> None:
    desk.night(published=("direct_care", "secondary_use"))
    desk.publish("open", "refused", "open: 2 counts <b>fail</b> & more")
    page = desk.page()
    assert desk.matters("act", "release") == ["open was refused: open: 2 counts <b>fail</b> & more"]
    assert "open: 2 counts <b>fail</b> & more" in page.section("release").texts
    assert "b" not in {tag for tag, _ in page.tags}
    assert "This run did not publish open" in page.section("disclosure").source
    assert desk.matters("act", "disclosure") == []


def test_a_product_that_stopped_before_publishing_is_told_with_its_step(desk: Desk) -> None:
    desk.night(published=("direct_care",))
    step = {"started_at": AT, "outcome": "refused", "exit_code": 4}
    desk.put(
        "step", {"step": "check_product", "subject": "secondary_use", "message": "a rule failed", **step}
    )
    told = desk.matters("act", "release")
    assert told == ["secondary_use was refused: a rule failed", "open was not made by this run."]


def test_a_run_that_published_nothing_has_a_page_that_says_so(desk: Desk) -> None:
    desk.put("run", {"as_of": "2026-03-31", "started_at": AT, "outcome": "refused", "code_version": "1"})
    desk.log("links_exported")
    page = desk.page()
    assert "This run published nothing" in " ".join(desk.matters("act", "release"))
    assert page.section("release").texts.count("not made") == 3
    for section, words in (
        ("sources", "Which feeds the run had is not known."),
        ("accounts", "What was received is not known."),
        ("objections", "Whether anybody is there who must not be is not known: no gate left a result."),
        ("checks", "No result of any check is known: nothing was judged, or the ledger lost it."),
    ):
        assert words in page.section(section).texts
    assert page.section("flow").row("Received from senders", "rows", "not known")
    assert page.section("disclosure").fact("Counts in all") == "not known"


def test_a_version_that_is_not_served_is_looked_at(desk: Desk) -> None:
    desk.night()
    (desk.settings.home / "published" / "open" / "current.duckdb").unlink()
    assert desk.matters("look", "release") == [
        "open: no version at all is served, not the one that this page tells of."
    ]


def test_the_release_is_the_last_that_published(desk: Desk) -> None:
    desk.night()
    late = {"run_id": "20260401-001", "as_of": "2026-04-01", "started_at": LATER, "code_version": "1"}
    desk.put("run", {**late, "outcome": "refused"})
    assert desk.findings().release.run_id == RUN
    assert desk.findings("20260401-001").release.since == AT
    with pytest.raises(UsageError, match="wsic runs"):
        desk.findings("20990101-001")


def test_without_a_run_there_is_nothing_to_report(desk: Desk) -> None:
    with pytest.raises(UsageError, match="wsic run"):
        desk.findings()


def test_each_feed_stands_with_what_it_may_be_used_for(desk: Desk) -> None:
    section = desk.night().page().section("sources")
    assert section.row("gp", "YGM01", "emis", "landed", "2026-03-31", "no", "1", "100")
    assert "receipt, linking, direct care, secondary use, risk stratification, open" in section.texts
    assert "Direct care with implied consent" in section.texts  # the basis, with its articles
    assert any("6(1)(e) public task" in text for text in section.texts)


@pytest.mark.parametrize(
    ("feed", "level", "words"),
    [
        ({"outcome": "refused", "message": "a column is missing"}, "look", "is refused"),
        ({"outcome": "missing", "feed": ""}, "look", "(no feed recognised) is missing"),
        ({"is_late": 1}, "look", "is late"),
        ({"feed": "telegrams"}, "act", "no legal basis is written down"),
    ],
)
def test_a_feed_that_is_not_as_it_should_be(
    desk: Desk, feed: dict[str, object], level: str, words: str
) -> None:
    desk.night()
    row = {"source": "community", "sender": "RYX", "feed": "csds", "outcome": "landed"}
    desk.put("feed", row | feed)
    assert [what for what in desk.matters(level, "sources") if words in what]


def test_social_care_may_not_be_used_for_risk_stratification(desk: Desk) -> None:
    desk.night()
    desk.put("feed", {"source": "social_care", "sender": "LA005", "feed": "cld", "outcome": "landed"})
    feeds = {row["source"]: row["purposes"] for row in desk.findings().sources.feeds}
    assert "risk_stratification" in feeds["gp"]
    assert "risk_stratification" not in feeds["social_care"]
