"""Who is compared with whom, what is counted on which day, and what is not shown of few people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from pipeline.evaluation import EvaluationRules
from pipeline.evaluation.cohort import draw, read_outcomes
from pipeline.evaluation.estimate import estimate
from pipeline.evaluation.lists import read_list
from pipeline.evaluation.match import assigned
from pipeline.evaluation.rules import OUTCOMES
from tests.evaluation_house import AS_OF, build_house

RULES = EvaluationRules(replicates=100)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("drawn")
    house = build_house(folder, effect=1.0, people=3000)
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{house.home}/published/secondary_use/current.duckdb' as product (read_only)"
        )
        connection.execute("use product")
        read_list(connection, house.interventions, as_of=AS_OF)
        draw(connection, RULES)
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()


def test_candidates_are_alike_registered_and_not_treated_yet(drawn: duckdb.DuckDBPyConnection) -> None:
    assert rows(drawn, "select count(*) > 500 from drawn where not is_treated") == [(True,)]
    assert rows(drawn, "select 1 from drawn group by stratum having count(distinct segment_id) > 1") == []
    assert rows(
        drawn,
        """select 1 from drawn left join (
            select d.drawn_id, least(count(*), 2) as n from drawn as d
            join core.hospital_spell as s
                on s.person_key = d.person_key and d.started_on - s.admitted_on between 1 and 365
            group by d.drawn_id) as a using (drawn_id) where n_admissions <> coalesce(n, 0)""",
    ) == []  # fmt: skip
    assert rows(
        drawn,
        "select 1 from drawn as d join listed as l using (person_key) "
        "where not d.is_treated and l.started_on <= d.started_on",
    ) == []  # fmt: skip
    assert rows(
        drawn,
        "select 1 from drawn as d join core.registration as r using (person_key) "
        "where r.end_date <= d.started_on",
    ) == []  # fmt: skip
    # Whoever gets it later may stand in until then, and no longer.
    later = "from drawn as d join listed as l using (person_key) where not d.is_treated"
    assert rows(drawn, f"select count(*) > 0, bool_and(d.ended <= l.started_on) {later}") == [(True, True)]


def test_what_happens_on_the_day_is_not_known_before_it() -> None:
    """Nights are split at the day; of whoever leaves, nothing counts from then on."""
    with duckdb.connect() as connection:
        connection.execute("set variable as_of = date '2026-03-31'; set variable days = 100")
        connection.execute(
            """
            create schema core;
            create temp table drawn as
            select 0 as drawn_id, 'a' as person_key, 'x' as intervention_id, true as is_treated,
                date '2026-01-01' as started_on, date '2026-01-31' as ended
            union all select 1, 'b', 'x', false, date '2026-01-01', date '2026-04-01';
            create temp table emergency as from (values
                ('a', date '2025-09-22'), ('a', date '2025-09-23'), ('a', date '2025-12-31'),
                ('a', date '2026-01-01'), ('a', date '2026-01-30'), ('a', date '2026-01-31'),
                ('b', date '2026-03-31')
            ) as e (person_key, day);
            create table core.hospital_spell as
            select 'a' as person_key, date '2025-12-30' as admitted_on, date '2026-01-04' as discharged_on,
                '1' as patient_classification
            union all select 'a', date '2026-01-29', null, '1'
            union all select 'b', date '2025-12-30', date '2026-01-04', '2';
            create table core.activity (person_key varchar, activity_type varchar, start_at timestamp,
                is_attended boolean, department_type varchar, attendance_category varchar, cost_gbp double);
            """
        )
        matched = pa.table({"set_id": [0, 0], "drawn_id": [0, 1], "weight": [1.0, 1.0]})
        found = read_outcomes(connection, matched)
    told = {
        (bool(treated), stretch): (admissions, nights, round(years * 365.25))
        for treated, stretch, admissions, nights, years in zip(
            found["is_treated"], found["stretch"], found["emergency_admissions"], found["bed_days"],
            found["years"], strict=True,
        )
    }  # fmt: skip
    assert told == {
        (True, "before"): (2, 2, 100),
        (True, "after"): (2, 3 + 2, 30),
        (False, "before"): (0, 0, 100),
        (False, "after"): (1, 0, 90),
    }


def test_most_people_are_matched_and_then_the_closest() -> None:
    """0 is closest to 10, which is all that 1 has: 0 takes 11; of two that are alike the nearer one."""
    treated = np.array([0, 0, 1, 2, 2])
    people = np.array([10, 11, 10, 12, 13])
    cost = np.array([1.0, 1.9, 1.5, 1.2, 1.1])
    taken = assigned(treated, people, cost)
    assert list(zip(treated[taken], people[taken], strict=True)) == [(0, 11), (1, 10), (2, 13)]
    assert len(assigned(np.array([0, 1]), np.array([5, 5]), np.array([1.0, 1.5]))) == 1
    assert len(assigned(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))) == 0


def columns(admissions: np.ndarray) -> dict[str, np.ndarray]:
    """Pairs that were followed for a year before and after; ``admissions`` of four columns a pair."""
    n = len(admissions)
    return {
        "set_id": np.repeat(np.arange(n), 4), "is_treated": np.tile([True, True, False, False], n),
        "stretch": np.tile(["before", "after", "before", "after"], n), "weight": np.ones(4 * n),
        "years": np.ones(4 * n), "emergency_admissions": admissions.astype(float).ravel(),
        **{name: np.zeros(4 * n) for name in OUTCOMES if name != "emergency_admissions"},
    }  # fmt: skip


def test_rates_have_the_exact_interval_and_ratios_that_of_the_sets() -> None:
    first, last = np.arange(40)[:, None] < 20, np.arange(40)[:, None] >= 30
    rates, effects = estimate(columns(first * np.array([1, 0, 1, 1]) + last * np.array([0, 1, 0, 1])), RULES)
    of = {(rate.group, rate.stretch): rate for rate in rates if rate.outcome == "emergency_admissions"}
    assert (of["with", "before"].amount, of["with", "after"].amount) == (20, 10)
    assert of["with", "after"].rate == 10 / 40
    # Garwood's limits of 10 are 4.80 and 18.39.
    assert of["with", "after"].low == pytest.approx(4.7954 / 40, abs=1e-5)
    assert of["with", "after"].high == pytest.approx(18.3904 / 40, abs=1e-5)
    found = {effect.measure: effect for effect in effects if effect.outcome == "emergency_admissions"}
    assert found["rate_ratio_after"].value == pytest.approx(10 / 30)
    assert found["ratio_of_changes"].value == pytest.approx((10 / 20) / (30 / 20))
    assert found["difference_in_differences"].value == pytest.approx((10 - 20 - (30 - 20)) / 40)
    low, high = found["rate_ratio_after"].low, found["rate_ratio_after"].high
    assert low is not None and high is not None and low < 10 / 30 < high
    nothing = [effect for effect in effects if effect.outcome == "bed_days" and "ratio" in effect.measure]
    assert {effect.value for effect in nothing} == {None}


@pytest.mark.parametrize("few", [7, 1])
def test_what_few_people_make_up_is_not_shown_nor_what_rests_on_it(few: int) -> None:
    made_up = np.ones((40, 4)) * np.array([1, 0, 1, 1])
    made_up[:few, 1] = 1 if few > 1 else 30
    rates, effects = estimate(columns(made_up), RULES)
    hidden = [rate for rate in rates if rate.rate is None]
    assert [(rate.outcome, rate.group, rate.stretch) for rate in hidden] == [
        ("emergency_admissions", "with", "after")
    ]
    assert hidden[0].amount is None and hidden[0].low is None
    assert {one.value for one in effects if one.outcome == "emergency_admissions"} == {None}


def test_one_person_of_a_large_sum_hides_it() -> None:
    made_up = np.ones((40, 4))
    made_up[0, 3] = 1000
    rates, _ = estimate(columns(made_up), RULES)
    assert [(rate.group, rate.stretch) for rate in rates if rate.rate is None] == [("without", "after")]


def test_a_list_is_read_with_whatever_order_its_columns_have(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(
        f"started_on,person_key,intervention_id\n2025-03-10,{'a' * 64},ward\n", encoding="utf-8"
    )
    with duckdb.connect() as connection:
        assert read_list(connection, listed, as_of=date(2026, 3, 31)) == 1
        assert rows(connection, "from listed") == [("a" * 64, "ward", date(2025, 3, 10))]
