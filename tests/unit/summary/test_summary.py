"""The summary of a run: what it counts, and where it leads the reader next."""

from __future__ import annotations

import pytest

from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.summary import as_text, summarise

RUN = "20260331-001"


def file(file_id: str, format_: str, *, rows: int, quarantined: int) -> dict[str, object]:
    return {
        "file_id": file_id, "run_id": RUN, "source": "gp", "sender": "A", "extract_date": "2026-03-31",
        "file_name": f"{file_id}.csv", "file_sha256": "0", "format": format_, "rows_in": rows,
        "rows_landed": rows - quarantined, "rows_quarantined": quarantined, "outcome": "landed",
    }  # fmt: skip


@pytest.fixture
def run(ledger: Ledger) -> str:
    """A run of one feed with two good files, and of one that sent nothing."""
    row = {
        "run_id": RUN,
        "as_of": "2026-03-31",
        "started_at": "2026-03-31T02:00:00+00:00",
        "outcome": "refused",
    }
    ledger.put("run", [row | {"code_version": "test", "extracts": "x"}])
    emis = {"run_id": RUN, "source": "gp", "sender": "A", "feed": "emis", "outcome": "landed"}
    sus = {"run_id": RUN, "source": "acute", "sender": "B", "feed": "sus", "outcome": "missing"}
    ledger.put("feed", [emis | {"message": "", "is_late": 0}, sus | {"message": "no folder", "is_late": 1}])
    ledger.put(
        "file", [file("f1", "emis", rows=10, quarantined=0), file("f2", "emis", rows=5, quarantined=0)]
    )
    return RUN


def test_a_feed_s_files_are_added_up(settings: Settings, ledger: Ledger, run: str) -> None:
    feeds = {feed["feed"]: feed for feed in summarise(settings, run).feeds}
    assert {name: feeds["emis"][name] for name in ("files", "rows_in", "landed", "quarantined")} == {
        "files": 2, "rows_in": 15, "landed": 15, "quarantined": 0,
    }  # fmt: skip
    assert (feeds["sus"]["files"], feeds["sus"]["rows_in"], feeds["sus"]["late"]) == (0, 0, "late")


def test_files_that_belong_to_no_feed_are_shown_too(settings: Settings, ledger: Ledger, run: str) -> None:
    """A summary that left them out would not add up to what was received."""
    ledger.put("file", [file("f3", "unrecognised", rows=7, quarantined=7)])
    summary = summarise(settings, run)
    assert [(feed["feed"], feed["rows_in"]) for feed in summary.feeds if feed["outcome"] == "refused"] == [
        ("unrecognised", 7)
    ]
    assert sum(feed["rows_in"] for feed in summary.feeds) == 22


def test_refused_rows_lead_to_the_quarantine(settings: Settings, ledger: Ledger, run: str) -> None:
    assert "wsic quarantine list" not in summarise(settings, run).next_commands
    ledger.put("file", [file("f3", "emis", rows=7, quarantined=1)])
    assert summarise(settings, run).next_commands[0] == "wsic quarantine list"


def test_there_are_always_three_commands_to_try_next(settings: Settings, ledger: Ledger, run: str) -> None:
    assert len(summarise(settings, run).next_commands) == 3


def test_the_page_says_what_went_wrong(settings: Settings, ledger: Ledger, run: str) -> None:
    step = {
        "run_id": RUN,
        "step": "check_arrivals",
        "subject": "",
        "started_at": "2026",
        "outcome": "refused",
    }
    ledger.put("step", [step | {"exit_code": 4, "message": "two rules failed"}])
    page = as_text(summarise(settings, run))
    assert "two rules failed" in page
    assert "acute/B: no folder" in page
    assert "none were published" in page


def test_a_broken_rule_is_named_with_its_counts(settings: Settings, ledger: Ledger, run: str) -> None:
    rule = {
        "run_id": RUN,
        "suite": "arrived.gp",
        "rule_id": "ids_unique",
        "severity": "critical",
        "is_passed": 0,
    }
    ledger.put("rule_result", [rule | {"rows_checked": 1000, "rows_failed": 3}])
    summary = summarise(settings, run)
    assert [(row["rule_id"], row["rows_failed"]) for row in summary.broken_rules] == [("ids_unique", 3)]
    assert (summary.checks[0]["refused"], summary.checks[0]["warnings"]) == (1, 0)


def test_decisions_that_cannot_be_obeyed_are_told_and_lead_to_the_queue(
    settings: Settings, ledger: Ledger, run: str
) -> None:
    assert "Decisions of people" not in as_text(summarise(settings, run))
    ledger.put("link_contradiction", [{"run_id": RUN, "reason": "two_numbers", "decisions": 2}])
    summary = summarise(settings, run)
    assert summary.contradictions == [{"reason": "two_numbers", "decisions": 2}]
    assert summary.next_commands[0] == "wsic link review list"
    assert "Decisions of people that the links could not obey" in as_text(summary)
