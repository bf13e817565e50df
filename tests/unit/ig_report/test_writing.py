"""Where the page is written, who may read it, and what is never written over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline import ig_report
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.run import Run, steps
from tests.audit_desk import lines, write_lines
from tests.release_desk import RUN, Desk


def test_the_page_lies_beside_the_linkage_report_for_its_owner_alone(desk: Desk) -> None:
    written = desk.night().written()
    assert written.path == ig_report.nightly_path(desk.settings, RUN)
    assert written.path.parent.name == "reports" and written.path.name == f"ig-{RUN}.html"
    assert written.path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in written.path.parent.iterdir()] == [written.path.name]


def test_the_page_of_the_night_is_not_written_over(desk: Desk) -> None:
    first = desk.night().written().path
    before = first.read_bytes()
    second = desk.written().path
    assert second != first and second.name.startswith(f"ig-{RUN}-2") and second.parent == first.parent
    assert first.read_bytes() == before


def test_a_file_of_one_s_own_is_the_owner_s_alone_whatever_it_was(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    out.write_text("old")
    out.chmod(0o666)
    assert desk.night().written(path=out).path == out
    assert out.stat().st_mode & 0o777 == 0o600 and "Verdict" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("zone", ["published", "audit", "landing"])
def test_it_is_not_written_into_a_zone(desk: Desk, zone: str) -> None:
    desk.night()
    with pytest.raises(UsageError, match="--out lies in a zone"):
        desk.written(path=desk.settings.home / zone / "page.html")


def run_of(desk: Desk) -> Run:
    return Run(
        run_id=RUN, settings=desk.settings, ledger=desk.ledger, extracts=Path(), as_of=date(2026, 3, 31)
    )


def test_a_night_that_published_leaves_its_page(desk: Desk) -> None:
    steps.report_governance(run_of(desk.night()))
    assert ig_report.nightly_path(desk.settings, RUN).exists()
    assert desk.ledger.query("select outcome from step where step = 'report_governance'") == [
        {"outcome": "done"}
    ]


def test_a_night_that_published_nothing_leaves_none(desk: Desk) -> None:
    steps.report_governance(run_of(desk.night(published=())))
    assert not ig_report.nightly_path(desk.settings, RUN).exists()


def test_a_night_whose_log_does_not_hold_says_so_in_the_ledger_too(desk: Desk) -> None:
    desk.night()
    write_lines(desk.settings, lines(desk.settings)[:-1])
    with pytest.raises(ChecksRefusedError):
        steps.report_governance(run_of(desk))
    row = desk.ledger.query("select outcome, exit_code, message from step where step = 'report_governance'")[
        0
    ]
    assert (row["outcome"], row["exit_code"]) == ("refused", 4)
    assert "the log was cut" in row["message"]
    assert "the log was cut" in ig_report.nightly_path(desk.settings, RUN).read_text(encoding="utf-8")
