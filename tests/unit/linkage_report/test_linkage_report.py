"""The linkage report: it tells what the tables hold, needs nothing from outside, and reads without sight."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.linkage_report import nightly_path, write_report
from pipeline.linkage_report.figures import read_figures
from pipeline.settings import Settings
from pipeline.zones import Zones

RUN = "20260331-1"
METHOD = {"strict": "14 bits & <more>"}
_TABLES = f"""
create schema quality; create schema audit; create schema core;
create table core.person as select unnest(['a', 'b', 'c']) as person_key;
create table audit.run as select '{RUN}' as run_id, date '2026-03-31' as as_of, 'v9' as code_version;
create table audit.withheld as select '{RUN}' as run_id, 'test_patient' as reason, 4 as people, 12 as rows;
create table quality.linkage as
select '{RUN}' as run_id, source, 'R1K' as sender, link_step, group_type, group_value, records,
    records as people, registered as records_registered,
    missed::double as estimated_missed, 0.25::double as estimated_false
from (values
    ('gp', 'registered', 'all', 'all', 1000, 1000, 0.0),
    ('acute', 'cross_check', 'all', 'all', 180, 171, 0.0),
    ('acute', 'probabilistic', 'all', 'all', 20, 9, 2.5),
    ('acute', 'cross_check', 'sex', 'female', 90, 81, 1.0),
    ('acute', 'cross_check', 'sex', 'unknown', 10, 1, 1.0),
    ('acute', 'cross_check', 'age_band', '5-17', 10, 9, 1.0)
) as t (source, link_step, group_type, group_value, records, registered, missed);
create table quality.linkage_control as
select '{RUN}' as run_id, 'other_sex' as control_id, 'A <delivery> of a man' as meaning,
    'cross_check' as link_step,
    70 as links_tried, 1 as conflicts, 35.0::double as conflicts_if_false,
    0.0286::double as false_share, 0.164::double as false_share_high;
create table quality.linkage_drift as
select '{RUN}' as run_id, date '2026-03-31' as as_of, profile, 'acute' as source, value, 100 as records,
    100 as people, 0.4::double as share, 0.3::double as share_before,
    0.1::double as share_change, 2 as nights_before,
    0.1234::double as stability_index
from (values ('number_outcome', 'missing'), ('cluster_size', '2'), ('cluster_size',
    '11-20'), ('given', 'name'),
    ('decision', 'different')) as t (profile, value);
"""
Night = tuple[Settings, Ledger]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    settings = Settings(home=tmp_path / "home")
    zones = Zones(settings.home).create()
    versions = zones.published("direct_care") / "versions"
    versions.mkdir(parents=True)
    with duckdb.connect(str(versions / f"{RUN}.duckdb")) as connection:
        connection.execute(_TABLES)
    (zones.published("direct_care") / "current.duckdb").symlink_to(versions / f"{RUN}.duckdb")
    ledger = Ledger(zones.audit / "ledger.sqlite")
    for run_id, as_of in (("20260330-1", "2026-03-30"), (RUN, "2026-03-31")):
        ledger.put("run", [{
            "run_id": run_id, "as_of": as_of, "started_at": "x", "outcome": "published", "code_version": "v9",
        }])  # fmt: skip
        ledger.put("link_profile", [
            {"run_id": run_id, "product": "direct_care", "profile": "link_step", "source": "acute",
             "value": value, "records": records, "people": 1}
            for value, records in (("cross_check", 75), ("unmatched", 25))
        ])  # fmt: skip
    return settings, ledger


class Page(HTMLParser):
    """What a reader without sight, and a browser without a connection, meet."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.drawings: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append(tag)
        if tag == "div" and known.get("role") == "img":
            self.drawings.append(known.get("aria-label") or "")
        self.links += [
            value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")
        ]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.cells.append(data.strip())


def write(night: Night) -> str:
    return write_report(*night, run_id=RUN, method=METHOD).read_text(encoding="utf-8")


def test_the_page_tells_what_the_tables_hold(night: Night) -> None:
    cells = Page(write(night)).cells
    assert {"1,200", "98.33 %"} <= set(cells)  # (1000 + 171 + 9) of 1200 records
    assert {"14 bits & <more>", "A <delivery> of a man", "test_patient", "different", "unknown"} <= set(cells)
    assert {"2.86", "16.40", "90.00", "0.12"} <= set(cells)  # controls in per cent, a group's rate, stability


def test_every_drawing_has_words_and_a_table(night: Night) -> None:
    page = Page(write(night))
    assert page.tags.count("svg") == len(page.drawings) >= 6
    assert all(len(words) > 40 for words in page.drawings)
    assert page.tags.count("table") >= len(page.drawings)


def test_the_page_needs_nothing_from_outside(night: Night) -> None:
    text = write(night)
    page = Page(text)
    assert page.links == []
    assert not {"script", "link", "img", "iframe", "image"} & set(page.tags)
    assert not re.findall(r"url\(|@import", text)
    addresses = set(re.findall(r"https?://[^\"' <]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names, not places


def test_colours_are_words_of_the_style_sheet(night: Night) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", write(night), flags=re.DOTALL))
    painted = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) - {"none", "transparent"}
    assert painted and all(colour.startswith("var(--") for colour in painted)


def test_the_same_figures_give_the_same_page(night: Night) -> None:
    assert write(night) == write(night)


def test_the_nightly_page_lies_among_the_reports_and_is_the_owners_alone(night: Night) -> None:
    path = write_report(*night, method=METHOD)
    assert path == nightly_path(night[0], RUN) and path.name == f"linkage-{RUN}.html"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_product_without_links_has_a_page_too(night: Night) -> None:
    settings, ledger = night
    database = Zones(settings.home).published("direct_care") / "versions" / f"{RUN}.duckdb"
    with duckdb.connect(str(database)) as connection:
        for table in ("quality.linkage", "quality.linkage_control", "audit.withheld"):
            connection.execute(f"delete from {table}")
    page = Page(write_report(settings, ledger, run_id=RUN, method=METHOD).read_text(encoding="utf-8"))
    assert "None." in page.cells


@pytest.mark.parametrize(("run_id", "product"), [("20250101-1", "direct_care"), (None, "secondary_use")])
def test_what_was_never_published_has_no_report(night: Night, run_id: str | None, product: str) -> None:
    with pytest.raises(UsageError, match="wsic publish list"):
        write_report(*night, run_id=run_id, product=product, method=METHOD)


def test_links_that_nothing_judges_are_left_out_of_the_rate_of_false_ones(night: Night) -> None:
    settings, ledger = night
    database = Zones(settings.home).published("direct_care") / "versions" / f"{RUN}.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update quality.linkage set estimated_false = null where link_step = 'cross_check'"
        )
    sources = {row["source"]: row for row in read_figures(database, ledger, "direct_care").sources}
    assert (sources["acute"]["records"], sources["acute"]["records_judged"]) == (200, 20)
    assert sources["acute"]["false_per_1000"] is None  # 0.25 of 20: too few to make a rate of
    assert sources["gp"]["false_per_1000"] == pytest.approx(0.25)
    total = read_figures(database, ledger, "direct_care").total
    assert total["false_per_1000"] == pytest.approx(1000 * 0.5 / 1020)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update quality.linkage set estimated_false = null")
    assert read_figures(database, ledger, "direct_care").total["false_per_1000"] is None
    assert "–" in Page(write(night)).cells


def test_decisions_that_could_not_be_obeyed_are_told(night: Night) -> None:
    assert "two numbers" not in write(night).replace("_", " ")
    night[1].put("link_contradiction", [{"run_id": RUN, "reason": "two_numbers", "decisions": 3}])
    assert {"two_numbers", "3"} <= set(Page(write(night)).cells)
