"""What the warehouse says, worked out a second time from the pseudonymised rows, one row after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pseudonymised_fixtures import AS_OF

EMERGENCY = {"21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"}
MONTH = (date(2025, 11, 1), date(2025, 11, 30))
OTHER_HOSPITAL = {"51", "52", "53"}
Row = dict[str, Any]


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def read(folder: Path, name: str) -> list[Row]:
    with duckdb.connect() as connection:
        return rows(connection, f"select * from read_parquet('{folder / name}.parquet')")


def registered_on(folder: Path, day: date, known_as: Callable[[str], str] = str) -> dict[str, str]:
    """Practice by person, under the key they are ``known_as``: the latest start wins, the dead are not
    registered."""
    died = {
        known_as(row["person_key"]): row["died_on"] for row in read(folder, "gp__patients") if row["died_on"]
    }
    spells = sorted(
        (
            row
            for row in read(folder, "gp__episodes_of_care")
            if row["registration_type"] == "regular" and row["start_on"] <= day
        ),
        key=lambda row: row["start_on"],
    )
    latest = {known_as(row["person_key"]): row for row in spells}
    return {
        person: row["organisation_code"]
        for person, row in latest.items()
        if (row["end_on"] is None or row["end_on"] > day) and (died.get(person) is None or died[person] > day)
    }


def spells(folder: Path) -> dict[str, Row]:
    """Hospital spells up to the night, with the admission method and class of their first episode."""
    encounters = [row for row in read(folder, "acute__encounters") if row["start_at"].date() <= AS_OF]
    found = {
        row["encounters_key"]: dict(row) for row in encounters if row["activity_type"] == "inpatient_spell"
    }
    first: dict[str, Row] = {}
    for row in encounters:
        if row["activity_type"] == "hospital_episode":
            known = first.get(row["part_of_key"])
            if known is None or row["episode_number"] < known["episode_number"]:
                first[row["part_of_key"]] = row
    for key, episode in first.items():
        for name in ("admission_method", "patient_classification"):
            found[key][name] = episode[name]
    return found


def metric(warehouse: duckdb.DuckDBPyConnection, metric_id: str, **where: str) -> Row:
    wanted = {"area_type": "system", "group_type": "all", "period_type": "month", **where}
    condition = " and ".join(f"{name} = '{value}'" for name, value in wanted.items())
    found = rows(
        warehouse,
        f"select * from wsic.metric where metric_id = '{metric_id}'"
        f" and period_start = '{MONTH[0]}' and {condition}",
    )
    assert len(found) == 1
    return found[0]


def test_emergency_admissions_of_a_month(warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path) -> None:
    population = registered_on(pseudonymised, MONTH[1])
    admitted = [
        row
        for row in spells(pseudonymised).values()
        if row["person_key"] in population
        and row["admission_method"] in EMERGENCY
        and row["patient_classification"] in {"1", "2", "5"}
        and MONTH[0] <= row["start_at"].date() <= MONTH[1]
    ]
    found = metric(warehouse, "emergency_admissions")
    assert (found["numerator"], found["denominator"]) == (len(admitted), len(population))
    assert admitted
    assert found["value"] == pytest.approx(1000 * len(admitted) / len(population))


@pytest.mark.parametrize("threshold", ["strict", "loose"])
def test_emergency_admissions_at_another_threshold_of_linking(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, threshold: str
) -> None:
    """Everybody under their other key, counted from the beginning: the range reaches at least so far."""
    linked = {
        (row["person_key"], row["source"]): row[f"{threshold}_person_key"]
        for row in read(pseudonymised, "person_sources")
    }
    happened = [
        row
        for row in spells(pseudonymised).values()
        if row["admission_method"] in EMERGENCY and row["patient_classification"] in {"1", "2", "5"}
    ]
    moved = 0
    for month in rows(
        warehouse,
        "select * from wsic.metric where metric_id = 'emergency_admissions' and area_type = 'system' "
        "and group_type = 'all' and period_type = 'month' order by period_start desc limit 8",
    ):
        population = registered_on(pseudonymised, month["period_end"], lambda person: linked[person, "gp"])
        admitted = [
            row
            for row in happened
            if linked[row["person_key"], "acute"] in population
            and month["period_start"] <= row["start_at"].date() <= month["period_end"]
        ]
        value = 1000 * len(admitted) / len(population)
        assert month["value_low"] <= month["value"] <= month["value_high"]
        ends = [abs(value - month[end]) for end in ("value", "value_low", "value_high")]
        assert min(ends) == pytest.approx(0), month["period_start"]
        moved += value != pytest.approx(month["value"])
    assert moved, "the fixture has nobody whose records change hands"


def test_attendances_of_one_practice(warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path) -> None:
    population = registered_on(pseudonymised, MONTH[1])
    attended: dict[str, int] = defaultdict(int)
    for row in read(pseudonymised, "acute__encounters"):
        counts = row["activity_type"] == "emergency_attendance" and row["department_type"] in {
            "01",
            "02",
            "03",
        }
        within = MONTH[0] <= row["start_at"].date() <= MONTH[1]
        if counts and within and row["attendance_category"] == "1" and row["person_key"] in population:
            attended[population[row["person_key"]]] += 1
    practice = max(attended, key=lambda code: attended[code])
    found = metric(warehouse, "emergency_attendances", area_type="practice", area_code=practice)
    assert found["numerator"] == attended[practice] > 0
    assert found["denominator"] == sum(code == practice for code in population.values())


def test_bed_days_of_a_month(warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path) -> None:
    population = registered_on(pseudonymised, MONTH[1])
    nights = sum(
        (row["end_at"].date() - row["start_at"].date()).days
        for row in spells(pseudonymised).values()
        if row["person_key"] in population
        and row["patient_classification"] == "1"
        and row["end_at"] is not None
        and MONTH[0] <= row["end_at"].date() <= MONTH[1]
    )
    assert metric(warehouse, "total_bed_days")["numerator"] == nights > 0


def test_long_term_social_care_on_the_last_day(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path
) -> None:
    population = registered_on(pseudonymised, MONTH[1])
    born = {row["person_key"]: row["birth_month"] for row in read(pseudonymised, "gp__patients")}
    old = {person for person in population if (MONTH[1] - born[person]).days // 365.25 >= 65}
    served = {
        row["person_key"]
        for row in read(pseudonymised, "social_care__episodes_of_care")
        if row["service_type"].startswith("Long Term Support")
        and row["start_on"] <= MONTH[1]
        and (row["end_on"] is None or row["end_on"] >= MONTH[1])
    }
    found = metric(warehouse, "long_term_social_care_65_plus")
    assert (found["numerator"], found["denominator"]) == (len(old & served), len(old))
    assert old & served


def test_groups_and_areas_add_up_to_the_whole(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Everybody is in one group of each type, and in one practice."""
    unequal = rows(
        warehouse,
        """
        with totals as (
            select metric_id, period_type, period_start, area_type, area_code, group_type,
                sum(numerator) as numerator, sum(denominator) as denominator
            from wsic.metric group by all
        ),
        wholes as (
            select * from totals where group_type = 'all'
        )
        select parts.* from totals as parts join wholes
            using (metric_id, period_type, period_start, area_type, area_code)
        where (parts.numerator, parts.denominator) != (wholes.numerator, wholes.denominator)
        union all
        select sums.* replace ('' as area_code) from (
            select metric_id, period_type, period_start, area_type, 'system' as area_code,
                'all' as group_type, sum(numerator) as numerator, sum(denominator) as denominator
            from wsic.metric where area_type = 'practice' and group_type = 'all' group by all
        ) as sums join wholes using (metric_id, period_type, period_start)
        where wholes.area_type = 'system'
            and (sums.numerator, sums.denominator) != (wholes.numerator, wholes.denominator)
        """,
    )
    assert unequal == []


def test_continuous_spells_by_walking_them(warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path) -> None:
    found = spells(pseudonymised)
    group = {key: {key} for key in found}
    for earlier_key, earlier in found.items():
        for later_key, later in found.items():
            same = earlier["person_key"] == later["person_key"] and earlier_key != later_key
            if not same or earlier["end_at"] is None or earlier["start_at"] > later["start_at"]:
                continue
            gap = later["start_at"].date() - earlier["end_at"].date()
            is_transfer = (
                earlier["discharge_destination"] in OTHER_HOSPITAL
                or later["source_of_admission"] in OTHER_HOSPITAL
                or later["admission_method"] in {"2B", "81"}
            )
            if timedelta(0) <= gap <= timedelta(2) and is_transfer:
                joined = group[earlier_key] | group[later_key]
                for member in joined:
                    group[member] = joined
    said: dict[str, set[str]] = defaultdict(set)
    for row in rows(warehouse, "select spell_key, inpatient_spell_group from core.hospital_spell"):
        said[row["inpatient_spell_group"]].add(row["spell_key"])
    assert {frozenset(members) for members in said.values()} == {
        frozenset(members) for members in group.values()
    }
    assert any(len(members) > 1 for members in said.values())


def test_every_registered_person_has_one_segment(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path
) -> None:
    segmented = [
        row["person_key"] for row in rows(warehouse, "select person_key from wsic.population_segment")
    ]
    assert sorted(segmented) == sorted(registered_on(pseudonymised, AS_OF))


def test_costs_of_a_person_are_the_costs_of_what_happened_to_them(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    totals = rows(
        warehouse,
        """
        select setting, sum(cost_gbp) as per_person,
            (select sum(cost_gbp) from core.activity where activity.setting = cost_per_person.setting)
                as per_activity
        from wsic.cost_per_person group by setting
        """,
    )
    assert {row["setting"] for row in totals} >= {"primary_care", "acute", "community", "social_care"}
    for row in totals:
        assert row["per_person"] == pytest.approx(row["per_activity"], abs=2), row["setting"]


def test_the_accounts_count_every_row_that_was_pseudonymised(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path
) -> None:
    told = rows(
        warehouse,
        "select sum(rows_in)::bigint as rows_in, sum(rows_withheld)::bigint as withheld, "
        "bool_and(is_balanced) as balanced "
        "from audit.reconciliation where stage = 'published'",
    )[0]
    received = sum(row["rows_in"] for row in read(pseudonymised, "ledger__files"))
    reasons = rows(warehouse, "select sum(rows)::bigint as rows from audit.withheld where rows > 0")[0][
        "rows"
    ]
    assert (told["rows_in"], told["withheld"], told["balanced"]) == (received, reasons, True)
    assert 0 < reasons < received
