"""What would disclose is refused, with the cells named, and whatever was served before is served still."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.disclosure import withheld
from pipeline.errors import ChecksRefusedError
from pipeline.open_product import release
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
