"""Features, scores, bands and LACE, worked out a second time from the pseudonymised rows and the seeds.

One row after another, nothing of the models' SQL.
"""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.pseudonymised_fixtures import AS_OF
from tests.unit.dbt_project.test_warehouse_recomputed import EMERGENCY, Row, read, registered_on, rows, spells

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
BANDS = ((0, 30), (31, 90), (91, 180), (181, 365), (366, 730))
DAYS = {"today": AS_OF, "before": date(2025, 12, 31), "recent": date(2025, 3, 31)}


def features_of(warehouse: duckdb.DuckDBPyConnection, kind: str) -> dict[str, Row]:
    found = rows(warehouse, f"select * from marts.fct_risk_features where day_kind = '{kind}'")
    return {row["person_key"]: row for row in found}


def events(folder: Path) -> Iterator[tuple[str, str, date, int]]:
    for row in spells(folder).values():
        if row["patient_classification"] in {"1", "2", "5"}:
            is_emergency = row["admission_method"] in EMERGENCY
            admitted = row["start_at"].date()
            yield row["person_key"], "emergency_admission" if is_emergency else "other_admission", admitted, 1
            if is_emergency and row["end_at"]:
                left = row["end_at"].date()
                yield row["person_key"], "emergency_bed_day", left, (left - admitted).days
    for row in (*read(folder, "acute__encounters"), *read(folder, "gp__encounters")):
        happened = row["start_at"].date()
        kind = row["activity_type"] or ("gp_consultation" if row["source"] == "gp" else None)
        if kind == "emergency_attendance" and (row["attendance_category"] or "").lstrip("0") == "1":
            yield row["person_key"], kind, happened, 1
        if kind in {"outpatient_attendance", "gp_consultation"} and has_come(row):
            event = "gp_contact" if kind == "gp_consultation" else kind
            yield row["person_key"], event, happened, 1
    for name, event in (("acute__appointments", "outpatient_missed"), ("gp__appointments", "gp_missed")):
        for row in read(folder, name):
            missed = row["attended_code"] in {"3", "7"} if row["attended_code"] else row["status"] == "noshow"
            if missed:
                yield row["person_key"], event, row["start_at"].date(), 1


def has_come(row: Row) -> bool:
    if row["attended_code"] in {"5", "6"}:
        return True
    if row["attended_code"] in {"0", "2", "3", "4", "7"}:
        return False
    return row["status"] in {
        "fulfilled", "arrived", "checked-in", "finished", "in-progress", "triaged", "onleave",
    }  # fmt: skip


@pytest.mark.parametrize("kind", DAYS)
def test_counts_by_recency_of_everybody_who_was_registered(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path, kind: str
) -> None:
    day = DAYS[kind]
    counts: Counter[tuple[str, str]] = Counter()
    for person, event, happened, amount in events(pseudonymised):
        for first, last in BANDS:
            if first <= (day - happened).days <= last:
                counts[person, f"{event}_{first}_{last}"] += amount
    found = features_of(warehouse, kind)
    assert set(found) == set(registered_on(pseudonymised, day))
    names = [name for name in next(iter(found.values())) if name.endswith(tuple(f"_{b}" for _, b in BANDS))]
    assert len(names) == 8 * len(BANDS)
    differing = [
        (name, row[name], counts[person, name])
        for person, row in found.items()
        for name in names
        if row[name] != counts[person, name]
    ]
    assert differing == []
    assert {name for (person, name), n in counts.items() if n and person in found} >= {
        "emergency_admission_0_30", "gp_contact_31_90", "outpatient_missed_181_365",
    }  # fmt: skip


def test_conditions_are_those_that_were_known_on_the_day(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path
) -> None:
    day = DAYS["recent"]
    diagnosed, ended = known_conditions(pseudonymised, day)
    found = features_of(warehouse, "recent")
    for condition in listed("conditions"):
        name, lasts = f"has_{condition['condition_id']}", condition["is_lifelong"] == "true"
        if name not in next(iter(found.values())):
            continue
        for person, row in found.items():
            key = person, condition["condition_id"]
            holds = key in diagnosed and (lasts or key not in ended or diagnosed[key] > ended[key])
            assert row[name] == holds, name
    names = {
        name for name in next(iter(found.values())) if name.startswith("has_") and name != "has_two_years"
    }
    assert names <= {f"has_{condition['condition_id']}" for condition in listed("conditions")}
    assert any(row[name] for row in found.values() for name in names)


def known_conditions(folder: Path, day: date) -> tuple[dict[tuple[str, str], date], ...]:
    """Latest diagnosis and latest resolution by person and condition, of what was written by the day."""
    began = {row["encounters_key"]: row["start_at"] for row in read(folder, "acute__encounters")}
    found: tuple[dict[tuple[str, str], date], ...] = ({}, {})

    def keep(place: int, key: tuple[str, str], when: date) -> None:
        if when <= day:
            found[place][key] = max(found[place].get(key, when), when)

    for name in ("gp__conditions", "acute__conditions", "gp__observations"):
        for row in read(folder, name):
            start = began.get(row["encounter_key"])
            options = (row.get("recorded_on"), start and start.date(), row.get("onset_on"))
            when = row["effective_on"] if "effective_on" in row else next(filter(None, options), None)
            for condition, is_resolution in meanings(folder, row) if when else ():
                key = row["person_key"], condition
                keep(int(is_resolution), key, when)
                if row.get("abated_on") or row.get("clinical_status") in {"resolved", "remission"}:
                    keep(1, key, row["abated_on"] or when)
    return found


def meanings(folder: Path, row: Row) -> list[tuple[str, bool]]:
    """Conditions that a code is of, and whether it ends them."""
    code = (row["code"] or "").replace(".", "").upper()
    lists = {
        entry["codelist"]
        for entry in read_once(folder)
        if code
        and entry["code_system"].strip().lower() == row["code_system"]
        and (entry["plain"] == code or (row["code_system"] == "icd10" and code.startswith(entry["plain"])))
    }
    return [
        (condition["condition_id"], name == "resolved_codelist")
        for condition in listed("conditions")
        for name in ("codelist", "resolved_codelist")
        if condition[name] in lists
    ]


_LISTS: dict[Path, list[Row]] = {}


def read_once(folder: Path) -> list[Row]:
    if folder not in _LISTS:
        _LISTS[folder] = [
            {**row, "plain": str(row["code"]).strip().replace(".", "").upper()}
            for row in read(folder, "reference__codelists")
        ]
    return _LISTS[folder]


def listed(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_outcome_is_an_emergency_admission_in_the_year_that_followed(
    warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path
) -> None:
    followed = {
        person
        for person, event, happened, _ in events(pseudonymised)
        if event == "emergency_admission" and DAYS["recent"] < happened <= AS_OF
    }
    found = features_of(warehouse, "recent")
    admitted = {person for person, row in found.items() if row["had_emergency_admission"]}
    assert admitted == followed & set(found)
    assert admitted
    assert {row["had_emergency_admission"] for row in features_of(warehouse, "today").values()} == {None}
    assert features_of(warehouse, "earlier") == {}  # no year of history lies before it


def scored(warehouse: duckdb.DuckDBPyConnection, kind: str) -> dict[str, tuple[float, str]]:
    """Score and drivers by person, from the model's files."""
    (model,) = listed("risk_models")
    weights = [
        (row["feature"], float(row["coefficient"]), float(row["cap"])) for row in listed("risk_coefficients")
    ]
    found = {}
    for person, row in features_of(warehouse, kind).items():
        points = {feature: weight * min(row[feature], cap) for feature, weight, cap in weights}
        logit = float(model["intercept"]) + math.fsum(points.values())
        calibrated = float(model["calibration_slope"]) * logit + float(model["calibration_intercept"])
        most = sorted(points, key=lambda feature: (round(points[feature], 6), feature), reverse=True)[:3]
        drivers = ", ".join(feature for feature in most if round(points[feature], 6) > 0)
        found[person] = 100 / (1 + math.exp(-calibrated)), drivers
    return found


def test_scores_bands_and_what_has_risen(warehouse: duckdb.DuckDBPyConnection) -> None:
    today, before = scored(warehouse, "today"), scored(warehouse, "before")
    found = {row["person_key"]: row for row in rows(warehouse, "select * from wsic.risk_stratification")}
    assert set(found) == set(today)
    order = sorted(today, key=lambda person: (-round(today[person][0], 9), person))
    shares = (("very_high", 5), ("high", 50), ("moderate", 200), ("low", 1000))  # of 1,000 people
    for n, person in enumerate(order, start=1):
        row, (score, drivers) = found[person], today[person]
        assert row["score"] == pytest.approx(score, abs=0.0051)
        assert row["drivers"] == drivers
        band = next(word for word, share in shares if n <= -(-len(order) * share // 1000))
        earlier = before[person][0] if person in before else None
        assert row["band"] == band
        assert row["population_percentile"] == pytest.approx(100 * (len(order) - n) / len(order), abs=0.0051)
        assert (row["score_before"] is None) == (earlier is None)
        assert row["is_rising"] == (earlier is not None and score - earlier >= 5 and band != "low")
        met = [word for word, least in (("nwl_care_plan", 20), ("nwl_case_management", 65)) if score >= least]
        percentile = 100 * (len(order) - n) / len(order)
        met += ["nwl_centiles"] if 61 <= percentile <= 91 else []
        assert (row["thresholds_met"] or "") == ", ".join(met)
    assert {row["band"] for row in found.values()} == {word for word, _ in shares}
    assert {row["model_trained_on"] for row in found.values()} == {"synthetic"}


def test_lace_of_every_discharge(warehouse: duckdb.DuckDBPyConnection, pseudonymised: Path) -> None:
    stays = {key: row for key, row in spells(pseudonymised).items() if row["patient_classification"] == "1"}
    visits = defaultdict(list)
    for person, event, happened, _ in events(pseudonymised):
        if event == "emergency_attendance":
            visits[person].append(happened)
    found = {row["spell_key"]: row for row in rows(warehouse, "select * from wsic.lace")}
    left = {
        key: row for key, row in stays.items() if row["end_at"] and row["discharge_method"] not in {"4", "5"}
    }
    assert set(found) == {key for key, row in left.items() if row["end_at"].date() >= row["start_at"].date()}
    for key, row in found.items():
        stay = left[key]
        admitted = stay["start_at"].date()
        nights = (stay["end_at"].date() - admitted).days
        length = nights if nights < 4 else 4 if nights < 7 else 5 if nights < 14 else 7
        acuity = 3 if stay["admission_method"] in EMERGENCY else 0
        since = six_months_before(admitted)
        seen = min(4, sum(since <= day < admitted for day in visits[stay["person_key"]]))
        assert (row["length_points"], row["acuity_points"], row["visit_points"]) == (length, acuity, seen)
        assert row["lace_score"] == length + acuity + seen + row["comorbidity_points"]
        assert row["is_high_risk"] == (row["lace_score"] >= 10)
    assert found and {row["visit_points"] for row in found.values()} > {0}


def six_months_before(day: date) -> date:
    """The same day of the month, or the month's last."""
    year, month = (day.year, day.month - 6) if day.month > 6 else (day.year - 1, day.month + 6)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - timedelta(days=1)).day))
