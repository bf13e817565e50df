"""The run report: every night has one, it says what failed first, and needs nothing and nobody beside it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import UsageError
from pipeline.ig_report.release import find_release
from pipeline.run import write_run_report
from pipeline.run.opened import resume_run
from pipeline.run.run_reporting import report_run
from pipeline.run_report import nightly_path
from pipeline.run_report.nights import read as read_nights
from pipeline.run_report.page import SECTIONS
from tests.release_desk import AT, RUN, Desk, Page

BEFORE = "20260330-001"
METRICS = """
create or replace table {table} as
select metric_id, 'month' as period_type, date '2026-03-01' as period_start, date '2026-03-31' as period_end,
    area_type, area_code, 'all' as group_type, 4 as numerator, 255 as denominator, 200.0::double as value,
    190.0::double as value_low, 230.0::double as value_high, 'per 1000 people' as unit, coverage,
    false as is_suppressed
from (values
    ('total_bed_days', 'system', 'all', 'complete'), ('total_bed_days', 'borough', 'E09000005', 'complete'),
    ('total_bed_days', 'borough', 'E09000009', 'missing'),
    ('total_bed_days', 'borough', 'E07000095', 'partial')
) as t (metric_id, area_type, area_code, coverage)"""


def with_metrics(desk: Desk) -> Desk:
    """Metrics by borough in the versions, one of a borough that has no tile."""
    for product, table in (("secondary_use", "wsic.metric"), ("open", "open.metric")):
        with duckdb.connect(
            str(desk.settings.home / "published" / product / "versions" / f"{RUN}.duckdb")
        ) as con:
            con.execute(METRICS.format(table=table))
    return desk


def with_night_before(desk: Desk) -> Desk:
    """A night that published, with a file of its own and steps."""
    desk.ledger.put("run", [{"run_id": BEFORE, "as_of": "2026-03-30",
                             "started_at": "2026-03-30T02:00:00+00:00",
                             "ended_at": "2026-03-30T02:30:00+00:00", "outcome": "published",
                             "code_version": "1", "key_ids": ""}])  # fmt: skip
    desk.ledger.put("feed", [{"run_id": BEFORE, "source": "gp", "sender": "YGM01", "feed": "emis",
                              "outcome": "landed", "files": 1, "rows_in": 80}])  # fmt: skip
    desk.ledger.put("file", [{"file_id": "z", "run_id": BEFORE, "source": "gp", "sender": "YGM01",
                              "extract_date": "2026-03-30", "file_name": "gp.csv", "file_sha256": "0",
                              "format": "emis", "rows_in": 80, "rows_landed": 79, "rows_quarantined": 1,
                              "outcome": "landed"}])  # fmt: skip
    desk.ledger.put(
        "file_rule", [{"file_id": "z", "rule_id": "birth_date_missing", "severity": "row", "rows": 1}]
    )
    for run_id, seconds in ((BEFORE, "30"), (RUN, "50")):
        day = "2026-03-30" if run_id == BEFORE else "2026-03-31"
        desk.ledger.put("step", [{"run_id": run_id, "step": "link", "subject": "",
                                  "started_at": f"{day}T02:00:00+00:00",
                                  "outcome": "done",
                                  "ended_at": f"{day}T02:00:{seconds}+00:00"}])  # fmt: skip
    return desk


def page_of(desk: Desk, path: Path | None = None) -> Page:
    return Page(write_run_report(desk.settings, run_id=RUN, path=path).path.read_text(encoding="utf-8"))


def fail(desk: Desk, step: str, subject: str, message: str, exit_code: int, outcome: str = "refused") -> None:
    desk.put("step", {"step": step, "subject": subject, "started_at": AT, "ended_at": AT, "outcome": outcome,
                      "message": message, "exit_code": exit_code})  # fmt: skip


@pytest.fixture
def night(desk: Desk) -> Desk:
    return with_metrics(desk.night(ended_at="2026-03-31T02:40:00+00:00", extracts="extracts"))


def test_a_good_night_says_so_and_has_every_section(night: Desk) -> None:
    page = page_of(night)
    assert "Everything was published: direct care, secondary use, open." in page.texts
    assert {"id": "products", "aria-labelledby": "h-products"} in [
        tags for tag, tags in page.tags if tag == "section"
    ]
    assert [tags["id"] for tag, tags in page.tags if tag == "section" and "id" in tags] == list(SECTIONS)
    assert page.fact("Rows received") == "160" and page.fact("Rows quarantined") == "3"
    assert page.fact("Minutes") == "40.00"


def test_a_failed_night_says_what_failed_where_and_what_to_do(desk: Desk) -> None:
    desk.night((), outcome="failed", ended_at=AT)
    fail(desk, "land_feed", "acute/RYJ", "acute/RYJ: header_changed", 3)
    fail(desk, "link", "", "link failed: KeyError at pipeline/identity/link.py:1", 1, "failed")
    written = write_run_report(desk.settings, run_id=RUN)
    page = Page(written.path.read_text(encoding="utf-8"))
    assert written.verdict.startswith("Nothing was published: the run failed.") and written.failed == 2
    assert page.row("land feed acute/RYJ", ": acute/RYJ: header_changed")
    assert any("wsic quarantine list" in text for text in page.texts)
    assert any("not foreseen" in text for text in page.texts)
    assert ("section", {"class": "verdict act", "aria-labelledby": "verdict"}) in page.tags


def test_a_step_that_never_ended_is_named(desk: Desk) -> None:
    desk.night((), outcome="running")
    desk.put("step", {"step": "link", "subject": "", "started_at": AT, "ended_at": None, "outcome": "running",
                      "message": ""})  # fmt: skip
    page = page_of(desk)
    assert "The run has not ended." in page.texts
    assert any("its process died" in text for text in page.texts)


def test_a_night_that_stopped_before_its_feeds_has_a_page(desk: Desk) -> None:
    desk.put("run", {"as_of": "2026-03-31", "started_at": AT, "ended_at": AT, "outcome": "refused",
                     "code_version": "1", "key_ids": ""})  # fmt: skip
    fail(desk, "list_feeds", "", "extracts: source folder 'gpp' is not known", 3)
    page = page_of(desk)
    for words in ("No feed was looked at: the run ended before.", "Nothing was linked: the run ended before.",
                  "No metric was published by this run."):  # fmt: skip
        assert words in page.texts


def test_the_first_night_has_no_trend_and_the_second_has(night: Desk) -> None:
    first = page_of(night)
    assert "This is the first night, so that there is no trend yet." in first.texts
    drawn = first.section("volumes").source.count("<svg")
    second = page_of(with_night_before(night))
    assert "This is the first night, so that there is no trend yet." not in second.texts
    assert (drawn, second.section("volumes").source.count("<svg")) == (0, 2)


def test_trends_are_of_the_nights_before(night: Desk) -> None:
    with_night_before(night)
    found = read_nights(find_release(night.settings, night.ledger, RUN))
    assert [(row["as_of"], row["rows_in"]) for row in found.volumes if row["source"] == "gp"] == [
        ("2026-03-30", 80), ("2026-03-31", 100),
    ]  # fmt: skip
    (link,) = [row for row in found.seconds if row["step"] == "link"]
    assert (link["seconds"], link["seconds_before"], link["nights_before"]) == (50, 30.0, 1)
    (rule,) = found.rules
    assert (rule["rows"], rule["rows_night_before"]) == (0, 1)


def test_a_night_run_again_counts_its_files_once_and_a_later_night_is_no_trend(night: Desk) -> None:
    again = {"as_of": "2026-03-31", "started_at": "2026-03-31T05:00:00+00:00", "outcome": "published",
             "code_version": "1", "key_ids": ""}  # fmt: skip
    later = {**again, "as_of": "2026-04-01", "started_at": "2026-04-01T02:00:00+00:00"}
    for run_id, run in (("20260331-002", again), ("20260401-001", later)):
        night.ledger.put("run", [{**run, "run_id": run_id}])
        night.ledger.put("feed", [{"run_id": run_id, "source": "gp", "sender": "YGM01", "feed": "emis",
                                   "outcome": "unchanged"}])  # fmt: skip
    found = read_nights(find_release(night.settings, night.ledger, "20260331-002"))
    assert [row["run_id"] for row in found.nights] == ["20260331-002"]
    assert sum(row["rows_in"] for row in found.volumes) == 160


def test_refused_rows_are_told_by_rule(night: Desk) -> None:
    night.put(
        "file_rule", {"file_id": "b", "rule_id": "discharge_before_admission", "severity": "row", "rows": 3}
    )
    section = page_of(night).section("quarantine")
    assert section.row("discharge before admission", "acute", "row", "3", "1")
    assert section.source.count("<svg") == 1


def test_the_map_places_boroughs_and_lists_the_others(night: Desk) -> None:
    section = page_of(night).section("coverage")
    tiles = re.findall(r"<title>([^<]+)</title>\s*<rect class=\"(\w+)\"", section.source)
    assert tiles == [("Brent: complete, 1/1 metrics wholly covered", "complete"),
                     ("Ealing: missing, 0/1 metrics wholly covered", "missing")]  # fmt: skip
    assert "Without a place on the map: E07000095." in section.texts
    assert section.row("E07000095", "E07000095", "partial", "1", "0", "1", "0")
    assert section.row("Ealing", "E09000009", "missing", "1", "0", "0", "1")


def test_metrics_have_their_ranges(night: Desk) -> None:
    section = page_of(night).section("metrics")
    assert section.row(
        "total bed days", "200.00", "190.00 to 230.00", "per 1000 people", "4", "255", "complete"
    )


def test_every_drawing_has_words_and_a_table_behind_it(night: Desk) -> None:
    page = page_of(with_night_before(night))
    drawings = [tags for _, tags in page.tags if tags.get("role") == "img"]
    assert len(drawings) == sum(tag == "svg" for tag, _ in page.tags) >= 6
    assert all(tags.get("aria-label") or tags.get("aria-labelledby") for tags in drawings)
    for figure in re.findall(r"<figure.*?</figure>", page.source, flags=re.DOTALL):
        assert "<table" in figure or 'class="map"' in figure
    assert "<table" in page.section("coverage").source


def test_tables_can_be_reached_and_scrolled_by_keyboard(night: Desk) -> None:
    page = page_of(night)
    scrolled = [tags for tag, tags in page.tags if tags.get("class") == "scroll"]
    assert scrolled and all(tags["tabindex"] == "0" and tags["aria-label"] for tags in scrolled)
    links = [tags["href"] for tag, tags in page.tags if tag == "a"]
    assert links == [f"#{name}" for name in SECTIONS]


def test_the_page_needs_nothing_from_outside(night: Desk) -> None:
    page = page_of(with_night_before(night))
    assert not {"script", "link", "img", "iframe", "image"} & {tag for tag, _ in page.tags}
    assert not re.findall(r"url\(|@import", page.source)
    addresses = set(re.findall(r"https?://[^\"' <]+", page.source))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names, not places
    assert "default-src 'none'" in page.source


def test_words_from_a_sender_are_shown_and_not_obeyed(night: Desk) -> None:
    word = "<script>alert('x')</script>"
    night.put("feed", {"source": "gp", "sender": word, "feed": "emis", "outcome": "missing", "message": word})
    page = page_of(night)
    assert "script" not in {tag for tag, _ in page.tags} and word in page.texts


def test_the_nights_page_lies_among_the_reports_for_its_owner_alone(night: Desk) -> None:
    run = resume_run(RUN, night.settings)
    written = report_run(run)
    assert written.path == nightly_path(night.settings, RUN) and written.path.name == f"run-{RUN}.html"
    assert written.path.stat().st_mode & 0o777 == 0o600
    assert night.ledger.query("select outcome from step where step = 'report_run'") == [{"outcome": "done"}]


def test_the_same_ledger_gives_the_same_page(night: Desk) -> None:
    assert page_of(night).source == page_of(night).source


def test_the_edition_for_elsewhere_counts_nobody(night: Desk, tmp_path: Path) -> None:
    night.put(
        "file_rule", {"file_id": "b", "rule_id": "discharge_before_admission", "severity": "row", "rows": 3}
    )
    fail(night, "land_feed", "gp/YGM01", "gp/YGM01: 17 rows were refused", 3)
    night.put(
        "link", {"source": "acute", "sender": "RYJ", "link_step": "unmatched", "records": 2, "people": 2}
    )
    inner, outer = page_of(night), page_of(night, tmp_path / "out" / "night.html")
    for words in ("discharge before admission", "unmatched", "confidential", "17 rows were refused"):
        assert words in inner.source and words not in outer.source
    assert "Edition for elsewhere." in outer.texts and "Keep this page in the secure zone." in inner.texts
    assert "255" in inner.section("metrics").texts and "255" not in outer.section("metrics").texts
    assert outer.row("total bed days", "2026-03-01", "2026-03-31", "200.00")


def test_the_edition_for_elsewhere_is_not_written_into_a_zone(night: Desk) -> None:
    with pytest.raises(UsageError, match="zone"):
        write_run_report(night.settings, run_id=RUN, path=night.settings.home / "published" / "night.html")


def test_a_run_that_never_was_has_no_page(desk: Desk) -> None:
    with pytest.raises(UsageError, match="wsic runs"):
        write_run_report(desk.settings, run_id="20250101-001")
