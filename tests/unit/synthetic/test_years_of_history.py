"""A longer history is as level from year to year as that of two, and two years stay as they are."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from inspect import signature
from itertools import pairwise

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.cli import synthesise as verb
from synthetic import people, synthesise, world
from synthetic.lives import spells
from synthetic.people import Block
from synthetic.rows import Array
from synthetic.span import FEWEST_YEARS, MOST_YEARS, Span
from tests.unit.synthetic import test_lives_hang_together as lives
from tests.unit.synthetic.conftest import Economy, opened

END, PEOPLE = date(2026, 3, 31), 20_000
"""People of one block: few enough to make in seconds, enough for a rate a year."""


@pytest.fixture(scope="module", params=[3, 4])
def block(request: pytest.FixtureRequest) -> Block:
    """A block of people with so many years, without files."""
    span = Span.until(END, 1, request.param)
    return people.make(world.build(1, PEOPLE), span, number=0, base=0, size=PEOPLE)


def yearly(block: Block, days: Array) -> Array:
    """Events of each year of the history for a person who was there all of it."""
    bounds = np.linspace(block.span.start, block.span.end + 1, block.span.years + 1)
    first = np.maximum(np.maximum(block.rows["birth"], block.rows["came_on"]), block.span.start)
    last = np.minimum(np.minimum(block.rows["death"], block.rows["left_on"]), block.span.end + 1)
    there = [
        np.maximum(np.minimum(last, until) - np.maximum(first, since), 0).sum() / (until - since)
        for since, until in pairwise(bounds)
    ]
    return np.histogram(days, bounds)[0] / np.array(there)


def unevenness(rates: Array) -> float:
    """How far the year that is furthest from the mean lies from it."""
    return float(np.abs(rates / rates.mean() - 1).max())


def test_deaths_births_and_registrations_are_level_from_year_to_year(block):
    rows = block.rows
    assert unevenness(yearly(block, rows["death"])) < 0.2
    assert unevenness(yearly(block, rows["birth"])) < 0.10
    assert unevenness(yearly(block, rows["registered_on"][rows["practice"] >= 0])) < 0.10


def test_emergencies_are_level_and_no_year_runs_out_of_old_people(block):
    attended, stays = spells.make(block)
    urgent = stays.take(stays["is_emergency"])
    of_old = block.age(block.span.end)[urgent["person"]] >= 75
    assert unevenness(yearly(block, attended["day"])) < 0.05
    assert unevenness(yearly(block, urgent["admit"])) < 0.04
    assert unevenness(yearly(block, urgent["admit"][of_old])) < 0.15


def test_whoever_comes_for_the_dead_is_nobody_who_dies_and_was_born_before(block):
    comes = block.rows["takes_a_place"]
    assert comes.sum() > 100
    assert (block.rows["death"][comes] > block.span.end).all()
    assert (block.rows["came_on"][comes] > block.span.start).all()
    assert (block.rows["birth"][comes] < block.span.start).all()


@pytest.fixture(scope="module")
def economy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Economy]:
    """Four years, of as many people as the economy of two years of this folder."""
    out = tmp_path_factory.mktemp("four-years") / "extracts"
    with opened(out, synthesise(3_000, 7, out, END, 2, years=4, with_ambulance=True)) as made:
        yield made


@pytest.mark.parametrize(("table", "day"), lives.DATED)
def test_nothing_happens_before_birth_or_after_death(economy, table, day):
    lives.test_nothing_happens_before_birth_or_after_death(economy, table, day)


@pytest.mark.parametrize(
    "check",
    [
        lives.test_a_person_lies_in_one_hospital_bed_at_a_time,
        lives.test_a_death_in_hospital_is_that_persons_death,
        lives.test_an_admitted_attendance_leads_to_a_spell_at_the_same_trust,
        lives.test_registrations_of_a_person_do_not_overlap,
        lives.test_reablement_follows_a_discharge_of_an_older_person,
        lives.test_twins_share_birth_and_home,
    ],
)
def test_lives_of_four_years_hang_together(economy, check):
    check(economy)


@pytest.mark.parametrize(
    ("table", "day", "least"),
    [
        ("true_spells", "admitted_on", 0.75),
        ("true_attendances", "arrived_at", 0.8),
        ("true_outpatients", "appointment_on", 0.5),  # the first year lacks who was referred before it
        ("true_consultations", "consulted_on", 0.8),
        ("true_prescriptions", "issued_on", 0.8),
        ("true_community_contacts", "contact_on", 0.4),
        ("true_mental_health_contacts", "contact_on", 0.4),
        ("true_service_events", "start_date", 0.5),
    ],
)
def test_every_year_has_its_share_of_what_happened(economy, table, day, least):
    counts = [
        economy.scalar(f"""select count(*) from {table}
            where {day} between date '{year}-03-31' and date '{year + 1}-03-30'""")
        for year in range(2022, 2026)
    ]
    assert min(counts) > least * max(counts), counts


def test_every_winter_has_its_flu_vaccinations(economy):
    given = economy.sql.execute("""select year(effective_on) as winter, count(*) from true_observations
        where snomed = '86198006' group by all order by all""").fetchall()
    assert [year for year, _ in given] == [2022, 2023, 2024, 2025]
    assert min(count for _, count in given) > 0.7 * max(count for _, count in given), given


def test_every_financial_year_of_the_history_has_its_prices(economy):
    with (economy.out / "reference" / "unit_costs.csv").open(encoding="utf-8", newline="") as file:
        priced = {row["financial_year"] for row in csv.DictReader(file)}
    assert priced == {"2021/22", "2022/23", "2023/24", "2024/25", "2025/26"}


def test_a_trust_sends_all_but_the_last_year_at_once_and_then_every_month(economy):
    for sender in (economy.out / "community").iterdir():
        assert len(list(sender.iterdir())) == 13  # to February 2025 at once, and twelve months since


def test_the_last_two_years_begin_where_a_history_of_two_does():
    longer, shortest = Span.until(END, 1, 5), Span.until(END, 1)
    assert (longer.last_two_years, shortest.is_longer) == (shortest.start, False)
    assert shortest.days == 731  # as it was before there was a choice


@pytest.mark.parametrize("years", [FEWEST_YEARS - 1, MOST_YEARS + 1])
def test_more_or_fewer_years_are_refused(years, tmp_path):
    with pytest.raises(ValueError, match=f"years must be from 2 to 5; given {years}"):
        synthesise(200, 1, tmp_path / "out", END, years=years)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("years", [FEWEST_YEARS - 1, MOST_YEARS + 1])
def test_the_command_refuses_them_too(years, tmp_path):
    asked = ["synthesise", "--people", "200", "--out", str(tmp_path / "out"), "--years", str(years)]
    done = CliRunner().invoke(app, asked)
    assert (done.exit_code, "--years" in done.output) == (2, True)
    assert signature(verb.command).parameters["years"].default == FEWEST_YEARS
