"""Segments of three hundred made-up people on every day of two years, worked out a second time."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.pseudonymised_fixtures import AS_OF
from tests.recomputed.segments import compare

TABLES = ("population_segment", "bridges_to_health", "population_segment_month", "segment_move")


def test_segments_of_every_month_and_all_moves_are_what_the_rows_of_the_day_say(
    built, pseudonymised: Path
) -> None:
    found = compare(pseudonymised, built.database)
    assert found.differing == dict.fromkeys(TABLES, 0)
    assert found.days == (AS_OF - date(2024, 4, 30)).days + 1
    assert found.rows["population_segment_month"] > 10_000
    assert found.rows["segment_move"] > 200


def test_the_comparison_sees_a_single_wrong_row_of_each_table(
    built, pseudonymised: Path, tmp_path: Path
) -> None:
    copied = Path(shutil.copy(built.database, tmp_path / "wrong.duckdb"))
    with duckdb.connect(str(copied)) as connection:
        for table in TABLES:
            wrong = "people = people + 1" if table == "segment_move" else "previous_segment_id = 'nobody'"
            connection.execute(
                f"update wsic.{table} set {wrong} where rowid = (select min(rowid) from wsic.{table})"
            )
    assert compare(pseudonymised, copied).differing == dict.fromkeys(TABLES, 2)


def test_the_made_up_people_move_in_every_way(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Else the comparison would show little: births, deaths, birthdays, needs that end, the unborn."""
    moved = warehouse.execute(
        "select count(*) filter (from_segment_id = 'new'), count(*) filter (to_segment_id = 'left'), "
        "count(*) filter (from_segment_id = 'children' and to_segment_id not in ('children', 'left')), "
        "count(*) filter (from_segment_id = 'acutely_ill' and to_segment_id = 'healthy'), "
        "count(*) filter (from_segment_id = 'cancer' and to_segment_id like 'long_term%') "
        "from wsic.segment_move"
    ).fetchone()
    assert moved is not None and min(moved) > 0
    assert warehouse.execute(
        "select count(*) from wsic.population_segment where previous_segment_id is not null"
    ).fetchone() > (20,)
    assert warehouse.execute(
        "select count(*) from marts.fct_registration inner join marts.dim_person using (person_key) "
        "where start_on + interval 1 year < birth_month and is_registered"
    ).fetchone() > (0,)


@pytest.mark.parametrize("table", ["population_segment", "population_segment_month"])
def test_no_change_of_segment_tells_a_month_of_birth_that_is_not_shown(
    warehouse: duckdb.DuckDBPyConnection, table: str
) -> None:
    """Changes that a birthday alone makes: there are some, and none is shown of a hidden month."""
    by_birthday = (
        "select count(*) from {} as s inner join core.person as c on s.person_key = c.person_key "
        "where c.birth_month is null and (s.previous_segment_id = 'children' "
        "or s.previous_segment_id like '%_adult' and s.segment_id like '%_older')"
    )
    counted = "(select * from marts.fct_segment_spell where is_counted and first_month_end is not null)"
    assert warehouse.execute(by_birthday.format(counted)).fetchone() > (0,)
    assert warehouse.execute(by_birthday.format(f"wsic.{table}")).fetchone() == (0,)


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        ("every_segment_rule_can_be_met", "update seeds.population_segments set need = 'cancers'"),
        (
            "every_segment_rule_can_be_met",
            "update seeds.population_segments set min_age = 17 where need = 'anything' and min_age = 16",
        ),
        (
            "every_segment_rule_can_be_met",
            "delete from seeds.population_segments where scheme_id = 'bridges_to_health'",
        ),
        ("every_segment_rule_can_be_met", "update seeds.population_segments set counted_from = null"),
        ("every_segment_rule_can_be_met", "update seeds.population_segments set segment_id = 'left'"),
        ("every_segment_move_adds_up", "update marts.fct_segment_move set people = people + 1"),
        ("every_segment_move_adds_up", "delete from marts.fct_segment_move where to_segment_id = 'left'"),
        ("every_segment_move_adds_up", "delete from marts.fct_segment_spell where person_key < 'd'"),
        (
            "metrics_and_moves_count_the_same_people",
            "delete from marts.fct_segment_move where to_segment_id = 'cancer'",
        ),
        (
            "metrics_and_moves_count_the_same_people",
            "update marts.fct_population_period set segment_id = 'cancer' where person_key < 'd'",
        ),
    ],
)
def test_a_table_that_cannot_be_met_and_moves_that_do_not_add_up_stop_the_build(
    built, home_of_views: Path, tmp_path: Path, test: str, wrong: str
) -> None:
    """The test's own SQL, as dbt compiled it, on a copy that is wrong."""
    compiled = next((built.database.parent / "target" / "compiled").rglob(f"{test}.sql")).read_text("utf-8")
    copied = Path(shutil.copy(built.database, tmp_path / built.database.name))
    with duckdb.connect(str(copied)) as connection:
        connection.execute("set home_directory = ?", [str(home_of_views)])
        assert connection.execute(compiled).fetchall() == []
        connection.execute(wrong)
        assert connection.execute(compiled).fetchall() != []
