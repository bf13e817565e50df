"""What would disclose is refused, with the cells named, and whatever was served before is served still."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.disclosure import withheld
from pipeline.errors import ChecksRefusedError
from pipeline.open_product import release, told, universe
from tests.open_nights import TWO_OF_NINE, Nights, hide_behind_the_other
from tests.product_fixture import RUN_ID, run_sql

_BOROUGH = "metric_id = 'emergency_admissions' and area_type = 'borough'"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path / "home")
    nights.prepare(RUN_ID)
    return nights


PLANTED = {
    "small_counts_suppressed": f"update open.metric set numerator = 5 where {_BOROUGH} and numerator is null",
    "shown_as_rounded": "update open.metric set denominator = 70 where area_code = 'E84000'",
}


@pytest.mark.parametrize("rule", ["small_counts_suppressed", "shown_as_rounded"])
def test_a_suppressed_cell_published_is_refused(
    rule: str, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = release.write_csv

    def plant(connection: duckdb.DuckDBPyConnection, folder: Path, *, name: str) -> None:
        connection.execute(f"use {name}")
        connection.execute(PLANTED[rule])
        connection.execute("use memory")
        real(connection, folder, name=name)

    monkeypatch.setattr(release, "write_csv", plant)
    with pytest.raises(
        ChecksRefusedError, match=rf"published\.disclosure\.{rule}: \d+ of \d+ failed in .* in "
    ):
        nights.publish(RUN_ID)
    assert not (nights.zones.published("open") / "current.duckdb").exists()


def test_a_total_left_in_is_refused(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Primary suppression alone: 61 less 58 is 3, and however they are rounded, not 7."""
    run_sql(
        nights.zones.published("secondary_use") / "versions" / f"{RUN_ID}.duckdb",
        "update wsic.metric set numerator = 58, n_numerator_people = 58 where area_code = 'E09000009'; "
        "update wsic.metric set numerator = 61 where area_type = 'system' and unit = 'per 1000 people'; "
        "delete from wsic.metric where area_code = 'E09000013'",
    )
    monkeypatch.setattr(withheld, "suppress", lambda cells, kept, tables: cells.sensitive)
    with pytest.raises(ChecksRefusedError, match=r"not_recoverable: \d+ of \d+ failed in emergency_adm"):
        nights.publish(RUN_ID)


def test_another_cell_hidden_the_next_night_is_refused(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same figures, hidden behind another cell: each release shows what the other hides."""
    nights.prepare("20260331-001", TWO_OF_NINE)
    nights.publish("20260331-001")
    nights.prepare("20260401-001", TWO_OF_NINE)
    served = nights.served()
    hide_behind_the_other(monkeypatch)
    with pytest.raises(
        ChecksRefusedError, match=r"1 critical rules.* published\.disclosure\.not_differenced: 1 of"
    ):
        nights.publish("20260401-001")
    assert nights.served() == served


def _year_to(end: str) -> tuple[str, ...]:
    """The figures are of the financial year that runs, counted up to ``end``."""
    placed = f"period_type = 'financial_year', period_start = date '2025-04-01', period_end = date '{end}'"
    return (
        TWO_OF_NINE,
        f"update wsic.metric set {placed}",
        f"update wsic.area_overlap set {placed} where period_type <> 'night'",
        f"update audit.run set as_of = date '{end}'",
    )


def test_a_year_that_runs_is_compared_with_what_was_told_of_it_the_night_before(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last day is another every night; the count of the day before is as good as tonight's."""
    nights.prepare("20260130-001", *_year_to("2026-01-30"))
    nights.publish("20260130-001")
    nights.prepare("20260131-001", *_year_to("2026-01-31"))
    hide_behind_the_other(monkeypatch)
    with pytest.raises(ChecksRefusedError, match=r"published\.disclosure\.not_differenced: 1 of"):
        nights.publish("20260131-001")


def test_a_year_that_has_grown_visibly_is_no_secret_of_the_night_before(nights: Nights) -> None:
    grown = "update wsic.metric set numerator = numerator + 60, n_numerator_people = n_numerator_people + 60 "
    nights.prepare("20260130-001", *_year_to("2026-01-30"))
    nights.publish("20260130-001")
    nights.prepare("20260131-001", *_year_to("2026-01-31"), grown + "where area_type = 'system'")
    nights.publish("20260131-001")
    assert nights.served() == "20260131-001"


def test_a_figure_of_the_night_is_compared_with_the_night_before(nights: Nights) -> None:
    """What the night before showed is known of tonight's cell where it holds; what has changed is not."""
    source = nights.zones.published("secondary_use") / "versions" / f"{RUN_ID}.duckdb"
    nights.publish(RUN_ID)
    kept = [each.path for each in told.kept(nights.settings, nights.ledger)]
    run_sql(source, "update audit.run set as_of = as_of + 1", "update wsic.population_count set people = "
            "people + 60 where area_type = 'system' and sex = 'male'")  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute(f"attach '{source}' as source (read_only); use source")
        universe.count(connection, kept)
        known = connection.execute(
            "select value, count(low), count(*) filter (amount between low and high) from cell "
            "left join told_before using (cell_id) where measure = 'population' and area_type = 'system' "
            "and part = '18-64' group by value order by value"
        ).fetchall()
    assert known == [("all", 1, 0), ("female", 1, 1), ("male", 1, 0)]


# 40 nights of few people, who are not known to better than 32 to 48, beside 40 nights that are shown.
_BED_DAYS = (
    "insert into wsic.metric select metric.* replace (of_nights as metric_id, "
    "of_nights as numerator_measure, 40 as numerator, "
    "if(of_nights = 'bed_days', 10, 5) as n_numerator_people, 9 as numerator_largest) "
    "from wsic.metric cross join (select unnest(['bed_days', 'emergency_bed_days']) as of_nights) "
    "where metric_id = 'emergency_admissions' and area_type = 'system'"
)


def test_a_part_is_not_to_be_had_from_its_whole(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """No emergency had more nights than all stays together: 42 at most, and so fewer than 48."""
    source = nights.zones.published("secondary_use") / "versions" / f"{RUN_ID}.duckdb"
    run_sql(source, _BED_DAYS)
    nights.publish(RUN_ID)
    nights.prepare("20260401-001", _BED_DAYS)
    monkeypatch.setattr(withheld, "suppress", lambda cells, kept, tables: cells.sensitive)
    with pytest.raises(ChecksRefusedError, match=r"not_recoverable: .*emergency_bed_days in system"):
        nights.publish("20260401-001")


def test_a_figure_of_the_night_is_of_the_last_run_that_the_product_tells_of(nights: Nights) -> None:
    nights.prepare(
        RUN_ID,
        "insert into audit.run select * replace ('tonight' as run_id) from audit.run",
        "update audit.run set run_id = '20260330-001', as_of = as_of - 1, "
        f"started_at = started_at - interval 1 day where run_id = '{RUN_ID}'",
        f"update audit.run set run_id = '{RUN_ID}' where run_id = 'tonight'",
    )
    nights.publish(RUN_ID)
    assert nights.served() == RUN_ID


def test_risk_bands_are_told_to_nobody_outside(nights: Nights) -> None:
    """The top 0.5 per cent of a practice are a handful; nor is a group that comes one day told unseen."""
    run_id = "20260401-001"
    nights.prepare(
        run_id,
        "insert into wsic.metric select * replace ('risk_band' as group_type, 'very_high' as group_value) "
        "from wsic.metric where group_type = 'all'",
        "insert into wsic.metric select * replace ('a_new_one' as group_type, 'x' as group_value) "
        "from wsic.metric where group_type = 'all'",
    )
    nights.publish(run_id)
    with duckdb.connect(str(nights.zones.published("open") / "current.duckdb"), read_only=True) as connection:
        groups = connection.execute("select distinct group_type from open.metric order by all").fetchall()
    assert ("all",) in groups
    assert not {("risk_band",), ("a_new_one",)} & set(groups)


def test_the_same_figures_the_next_night_are_published(nights: Nights) -> None:
    nights.publish(RUN_ID)
    nights.prepare("20260401-001")
    nights.publish("20260401-001")
    assert nights.served() == "20260401-001"


def test_what_was_hidden_and_is_nobody_now_stays_hidden(nights: Nights) -> None:
    """To show the 0 would tell that 1 to 7 people have gone from a past month."""
    nights.publish(RUN_ID)
    nights.prepare(
        "20260401-001",
        "update wsic.metric set numerator = 0, n_numerator_people = 0, numerator_largest = 0 "
        "where area_code = 'E09000005'; update wsic.metric set numerator = 60, n_numerator_people = 60 "
        "where metric_id = 'emergency_admissions' and area_type = 'system'",
    )
    path = nights.publish("20260401-001")
    with duckdb.connect(str(path), read_only=True) as connection:
        shown = connection.execute(
            f"select numerator from open.metric where {_BOROUGH} and area_code = 'E09000005'"
        )
        assert shown.fetchone() == (None,)


def test_nights_of_few_people_are_suppressed_however_many_they_are(nights: Nights) -> None:
    source = nights.zones.published("secondary_use") / "versions" / f"{RUN_ID}.duckdb"
    run_sql(source, "update wsic.metric set n_numerator_people = 2 where area_code = 'E09000013'")
    path = nights.publish(RUN_ID)
    with duckdb.connect(str(path), read_only=True) as connection:
        shown = connection.execute(
            f"select numerator from open.metric where {_BOROUGH} and area_code = 'E09000013'"
        )
        assert shown.fetchone() == (None,)


def test_without_the_proof_nothing_is_published(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "findings", lambda *_: None)
    with pytest.raises(ChecksRefusedError, match=r"not_recoverable: could not be judged"):
        nights.publish(RUN_ID)


def test_without_the_look_from_the_identity_room_nothing_is_published(nights: Nights) -> None:
    with pytest.raises(ChecksRefusedError, match=r"no_nhs_number: could not be judged"):
        nights.publish(RUN_ID, scan=lambda _: None)


_TRUE = """
select count(*) as cells, count(*) filter (amount between 1 and 7) as small from (
    select distinct numerator_measure as what, area_type, area_code, '' as part, numerator as amount
    from wsic.metric
    union select distinct denominator_measure, area_type, area_code, '', denominator from wsic.metric
    union select 'people', area_type, area_code, age_band || sex || segment_id, people
    from wsic.population_count
)"""


def test_the_ledger_keeps_how_many_counts_are_hidden_and_why(nights: Nights) -> None:
    """Small ones are counted on the source; what is hidden besides, on what is published."""
    path = nights.publish(RUN_ID)
    noted = nights.ledger.query("select * from disclosure where run_id = ?", (RUN_ID,))[0]
    with duckdb.connect(str(nights.zones.published("secondary_use") / "versions" / path.name)) as source:
        cells, small = source.execute(_TRUE).fetchone()
    with duckdb.connect(str(path), read_only=True) as opened:
        metrics, people, segments = (
            opened.execute(f"select count(*) from {lines}").fetchone()[0]
            for lines in (
                "(select distinct area_code, period_start, numerator is null from open.metric "
                "where numerator is null and metric_id = 'emergency_admissions')",
                "open.population where is_suppressed", "open.segment where is_suppressed",
            )
        )  # fmt: skip
    assert small > 0 and (noted["suppressed_primary"], noted["releases_before"]) == (small, 0)
    assert noted["suppressed_primary"] + noted["suppressed_secondary"] == metrics + people + segments
    assert noted["cells"] >= cells
