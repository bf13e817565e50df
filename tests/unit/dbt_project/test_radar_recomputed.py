"""Radar, gaps in care and the list of a practice, worked out a second time from the pseudonymised rows.

One row after another, and from the rules as they are written in words in ``docs/radar.md``: nothing of the
models' SQL, and no threshold of their table.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.pseudonymised_fixtures import AS_OF
from tests.unit.dbt_project.test_warehouse_recomputed import (
    EMERGENCY,
    Row,
    read,
    registered_on,
    rows,
    spells,
)

YEAR_AGO = AS_OF.replace(year=AS_OF.year - 1)
ELSEWHERE = {"49", "50", "51", "52", "53", "79", "87", "88"}
Flags = dict[tuple[str, str], tuple[date, int]]


def flagged(warehouse: duckdb.DuckDBPyConnection, flag: str) -> Flags:
    found = rows(
        warehouse, f"select person_key, since, n_events from wsic.patient_radar where flag_id = '{flag}'"
    )
    return {(row["person_key"], flag): (row["since"], row["n_events"]) for row in found}


def counted(days: dict[str, list[date]], flag: str, at_least: int) -> Flags:
    enough = {person: sorted(days[person]) for person in days if len(days[person]) >= at_least}
    return {(person, flag): (found[at_least - 1], len(found)) for person, found in enough.items()}


@pytest.fixture
def population(pseudonymised: Path) -> dict[str, str]:
    return registered_on(pseudonymised, AS_OF)


def ages(folder: Path) -> dict[str, int]:
    born = {row["person_key"]: row["birth_month"] for row in read(folder, "gp__patients")}
    return {person: AS_OF.year - day.year - (AS_OF.month < day.month) for person, day in born.items() if day}


def stays(folder: Path, population: dict[str, str]) -> Iterator[Row]:
    for row in spells(folder).values():
        if row["person_key"] in population and row["patient_classification"] == "1":
            yield {
                "person": row["person_key"],
                "is_emergency": row["admission_method"] in EMERGENCY,
                "admitted": row["start_at"].date(),
                "left": row["end_at"].date() if row["end_at"] else None,
                "went_on": row["discharge_method"] in {"4", "5"} or row["discharge_destination"] in ELSEWHERE,
            }


def test_missed_appointments(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    days = defaultdict(list)
    for row in (*read(pseudonymised, "gp__appointments"), *read(pseudonymised, "acute__appointments")):
        missed = row["attended_code"] in {"3", "7"} if row["attended_code"] else row["status"] == "noshow"
        if missed and row["person_key"] in population and YEAR_AGO < row["start_at"].date() <= AS_OF:
            days[row["person_key"]].append(row["start_at"].date())
    found = flagged(warehouse, "missed_appointments")
    assert found == counted(days, "missed_appointments", 3)
    assert found


def test_frequent_attenders(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    days = defaultdict(list)
    for row in read(pseudonymised, "acute__encounters"):
        first = row["activity_type"] == "emergency_attendance" and row["attendance_category"] == "1"
        if first and row["person_key"] in population and YEAR_AGO < row["start_at"].date() <= AS_OF:
            days[row["person_key"]].append(row["start_at"].date())
    found = flagged(warehouse, "frequent_attender")
    assert found == counted(days, "frequent_attender", 5)
    assert found and 4 in {len(of_one) for of_one in days.values()}


def test_recent_discharges(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    days = defaultdict(list)
    for stay in stays(pseudonymised, population):
        if stay["left"] and not stay["went_on"] and AS_OF - timedelta(30) < stay["left"] <= AS_OF:
            days[stay["person"]].append(stay["left"])
    found = flagged(warehouse, "recent_discharge")
    assert found == counted(days, "recent_discharge", 1)
    assert found


def services(folder: Path) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in read(folder, "social_care__episodes_of_care"):
        if row["start_on"] <= AS_OF:
            found[row["person_key"]].append(row)
    return found


def boroughs(folder: Path) -> dict[str, str]:
    """Where people live: as general practice tells, and of whom it tells nothing as another sender does."""
    sources = ("ambulance", "mental_health", "community", "social_care", "acute", "gp")
    return {
        row["person_key"]: row["local_authority_code"]
        for source in sources
        for row in read(folder, f"{source}__patients")
        if row["local_authority_code"]
    }


def sent_for(folder: Path, population: dict[str, str]) -> set[str]:
    """Boroughs where at least one in five lives of those whom some council cares for."""
    borough, clients = boroughs(folder), defaultdict(set)
    for person, served in services(folder).items():
        for row in served:
            if person in population and person in borough:
                clients[row["sender"]].add(person)
    return {
        place
        for people in clients.values()
        for place, count in Counter(borough[person] for person in people).items()
        if 5 * count >= len(people)
    }


def test_discharges_without_reablement(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    age, served, days = ages(pseudonymised), services(pseudonymised), defaultdict(list)
    borough, known = boroughs(pseudonymised), sent_for(pseudonymised, population)
    for stay in stays(pseudonymised, population):
        left = stay["left"]
        if borough.get(stay["person"]) not in known:
            continue
        if not left or stay["went_on"] or not stay["is_emergency"] or left == stay["admitted"]:
            continue
        if age.get(stay["person"], 0) < 65 or not AS_OF - timedelta(30) < left < AS_OF - timedelta(3):
            continue
        helped = [
            row
            for row in served[stay["person"]]
            if row["service_type"] == "Short Term Support: ST-Max"
            and row["start_on"] <= left + timedelta(3)
            and (row["start_on"] >= left - timedelta(7) or row["end_on"] is None or row["end_on"] >= left)
        ]
        if not helped:
            days[stay["person"]].append(left + timedelta(4))
    found = flagged(warehouse, "discharged_without_reablement")
    assert found == counted(days, "discharged_without_reablement", 1)
    assert found


def test_admissions_from_home_care(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    served, days = services(pseudonymised), defaultdict(list)
    for stay in stays(pseudonymised, population):
        cared_for = [
            row
            for row in served[stay["person"]]
            if row["service_component"] == "Home Support"
            and row["start_on"] <= stay["admitted"]
            and (row["end_on"] is None or row["end_on"] >= stay["admitted"])
        ]
        still_in = stay["left"] is None or stay["left"] > AS_OF
        if cared_for and (still_in or stay["admitted"] > AS_OF - timedelta(30)):
            days[stay["person"]].append(stay["admitted"])
    found = flagged(warehouse, "admitted_with_home_care")
    assert found == counted(days, "admitted_with_home_care", 1)
    assert found


def test_alerts_of_last_nights_admissions(warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path) -> None:
    served, expected = services(pseudonymised), set()
    dead = {row["person_key"] for row in read(pseudonymised, "gp__patients") if row["is_deceased"]}
    for key, row in spells(pseudonymised).items():
        admitted, person = row["start_at"].date(), row["person_key"]
        if admitted != AS_OF or person in dead:
            continue
        councils = {
            one["sender"]
            for one in served[person]
            if not one["service_type"].startswith("Carer Support")
            and (one["end_on"] is None or one["end_on"] >= admitted)
        }
        told = {("provider", row["provider_code"])} if councils else set()
        expected |= {(person, key, *who) for who in told | {("council", code) for code in councils}}
    found = rows(
        warehouse, f"select * from wsic.alert where alert_id = 'admitted' and \"at\"::date = date '{AS_OF}'"
    )
    names = ("person_key", "evidence_activity_key", "recipient_type", "recipient_org_code")
    assert {tuple(row[name] for name in names) for row in found} == expected
    assert len(found) == len(expected) > 0


def coded(folder: Path, *codes: str) -> dict[str, date]:
    """When one of the codes was last written down in general practice, by person."""
    found: dict[str, date] = {}
    told = [(row, row["effective_on"]) for row in read(folder, "gp__observations")]
    told += [(row, row["occurred_on"]) for row in read(folder, "gp__immunizations")]
    for row, day in told:
        if row["code"] in codes and day and day <= AS_OF:
            found[row["person_key"]] = max(day, found.get(row["person_key"], day))
    return found


def gaps(warehouse: duckdb.DuckDBPyConnection, measure: str) -> dict[str, tuple[bool, date | None]]:
    found = rows(warehouse, f"select * from wsic.gap_in_care where measure_id = '{measure}'")
    return {row["person_key"]: (row["is_done"], row["last_done_on"]) for row in found}


def test_blood_pressure_of_people_with_high_blood_pressure(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    age, last = ages(pseudonymised), coded(pseudonymised, "75367002")
    written = read(pseudonymised, "gp__observations")
    ill = {row["person_key"] for row in written if row["code"] == "38341003" and row["effective_on"] <= AS_OF}
    diagnoses = [row for row in read(pseudonymised, "acute__conditions") if row["recorded_on"] <= AS_OF]
    ill |= {row["person_key"] for row in diagnoses if row["code"][:3] in {"I10", "I11", "I12", "I13", "I15"}}
    asked = {person for person in ill & set(population) if age[person] >= 18}
    found = gaps(warehouse, "hypertension_blood_pressure")
    assert found == {
        person: (person in last and last[person] > YEAR_AGO, last.get(person)) for person in asked
    }
    assert {done for done, _ in found.values()} == {True, False}


def test_flu_vaccination_of_older_people(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    age, last = ages(pseudonymised), coded(pseudonymised, "86198006")
    asked = {person for person in population if age.get(person, 0) >= 65}
    season = date(AS_OF.year - 1, 9, 1)
    found = gaps(warehouse, "flu_vaccination_older")
    assert found == {
        person: (person in last and last[person] >= season, last.get(person)) for person in asked
    }
    assert {done for done, _ in found.values()} == {True, False}


def test_a_whole_is_what_its_parts_are(warehouse: duckdb.DuckDBPyConnection) -> None:
    parts = rows(warehouse, "select * from wsic.gap_in_care where part_of_measure_id is not null")
    by_whole: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in parts:
        by_whole[row["person_key"], row["part_of_measure_id"]].append(row)
    wholes = rows(warehouse, "select * from wsic.gap_in_care where n_parts > 1")
    assert {(row["person_key"], row["measure_id"]) for row in wholes} == set(by_whole)
    for row in wholes:
        mine = by_whole[row["person_key"], row["measure_id"]]
        assert (row["n_parts"], row["n_parts_done"]) == (len(mine), sum(part["is_done"] for part in mine))
        assert row["is_done"] == all(part["is_done"] for part in mine)


def test_the_list_of_a_practice_has_whoever_was_often_admitted_and_has_no_plan(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, population: dict[str, str]
) -> None:
    admitted: dict[str, int] = defaultdict(int)
    for row in spells(pseudonymised).values():
        if row["admission_method"] in EMERGENCY and YEAR_AGO < row["start_at"].date() <= AS_OF:
            admitted[row["person_key"]] += 1
    expected = {
        (person, population[person]) for person in admitted if admitted[person] > 1 and person in population
    }
    found = rows(
        warehouse,
        "select * from wsic.mdt_list where contains(reasons, 'frequent_emergency_admissions')",
    )
    assert {(row["person_key"], row["practice_code"]) for row in found} == expected
    assert expected
    assert {(row["month"], row["risk_band"]) for row in found} == {(AS_OF.replace(day=1), "high")}
