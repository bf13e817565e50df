"""The whole-system risk model where a law allows it: judged, built, scored and trained, the rest as it is."""

from __future__ import annotations

import csv
import math
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipeline.ledger import Ledger
from pipeline.risk import TrainingRules, train, train_risk_model
from pipeline.risk.fit import Model
from pipeline.risk.seeds import Trained, write_seeds
from pipeline.warehouse import dbt, purposes, whole_system
from tests.lawful_register import allow_risk_stratification
from tests.pseudonymised_fixtures import write_pseudonymised
from tests.unit.dbt_project.test_risk_recomputed import BANDS, DAYS, has_come, scored
from tests.unit.dbt_project.test_warehouse_recomputed import Row, read, rows

pytestmark = pytest.mark.long

PRODUCT = "secondary_use"
EVENTS = ("social_care_contact", "care_start", "community_contact", "mental_health_contact")
EVENTS += ("mental_health_admission",)
STATES = ("home_care", "care_home", "reablement", "telecare", "mental_health_referral", "mental_health_stay")
OWN = (*(f"has_{s}" for s in STATES), *(f"{e}_{first}_{last}" for e in EVENTS for first, last in BANDS))
SCORED = (
    "build", *whole_system.ARGUMENTS, "--select", "+risk_stratification",
    "every_risk_feature_has_one_coefficient", "--indirect-selection", "cautious",
)  # fmt: skip

# What the invented people lack: a past that is long enough, telecare, support of carers, referrals.
_MORE = """
create table people as
    select person_key, row_number() over (order by person_key) as n from '{folder}/gp__patients.parquet';
insert into social_care__encounters by name
    select person_key, 'old' as encounters_key, 'social_care_review' as activity_type,
        timestamp '2024-04-05' as start_at
    from people where n = 1;
insert into community__encounters by name
    select person_key, 'old|' || day as encounters_key, 'community_contact' as activity_type, day as start_at,
        attended_code
    from people, (values (timestamp '2024-04-05', '5'), (timestamp '2026-03-05', '3')) t (day, attended_code)
    where n = 2;
insert into mental_health__encounters by name
    select person_key, 'old' as encounters_key, 'mental_health_contact' as activity_type,
        timestamp '2024-04-05' as start_at, '5' as attended_code
    from people where n = 3;
insert into social_care__episodes_of_care by name
    select person_key, 'service|' || n as episodes_of_care_key, 'social_care_service' as episode_type,
        date '2024-12-01' as start_on, if(n % 3 = 1, 'Telecare', null) as service_component,
        if(n % 3 = 0, 'Carer Support: Direct to Carer', 'Long Term Support: Community') as service_type
    from people where n between 10 and 40;
insert into mental_health__episodes_of_care by name
    select person_key, 'referral|' || n as episodes_of_care_key, 'referral_spell' as episode_type,
        if(n % 3 = 0, 'cancelled', 'active') as status,
        date '2024-01-01' + 20 * n::integer as start_on, if(n % 2 = 0, start_on + 60, null) as end_on
    from people where n between 20 and 45;
"""
_FEATURES = "select * from marts.fct_risk_features_whole_system"
_CHANGED = ("social_care__encounters", "community__encounters", "mental_health__encounters")
_CHANGED += ("social_care__episodes_of_care", "mental_health__episodes_of_care")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred people under a law that allows it."""
    folder = write_pseudonymised(tmp_path_factory.mktemp("allowed") / "rows", people=300, seed=7)
    with duckdb.connect() as connection:
        for name in _CHANGED:
            connection.execute(f"create table {name} as from '{folder}/{name}.parquet'")
        connection.execute(_MORE.format(folder=folder))
        for name in _CHANGED:
            connection.execute(f"copy {name} to '{folder}/{name}.parquet' (format parquet)")
    allow_risk_stratification(folder, tmp_path_factory.mktemp("law"))
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The dbt project whose seeds hold a model of the variant: every weight another."""
    project = tmp_path_factory.mktemp("project") / "dbt"
    shutil.copytree(dbt.PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    with (project / "seeds" / "risk_coefficients.csv").open(encoding="utf-8", newline="") as file:
        names = (*(row["feature"] for row in csv.DictReader(file)), *OWN)
    numbers = np.arange(len(names))
    model = Model(
        names=names, coefficients=np.round(0.3 * np.sin(numbers * 7), 6), caps=2.0 + numbers % 3,
        intercept=-2.5, slope=0.9, shift=-0.1,
    )  # fmt: skip
    trained = Trained(
        variant="whole_system", model=model, model_version="made", trained_on="own",
        reference_day="2025-03-31", tried_on="2025-03-31", split="people", people=1, admitted=1, seed=1,
        library="none",
    )  # fmt: skip
    write_seeds(project / "seeds", trained, [], beside=project / "seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt, "PROJECT", project)
        yield project


@pytest.fixture(scope="module")
def database(folder: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Judged by the gate of purposes as a night is, then built as far as the scores."""
    work = tmp_path_factory.mktemp("warehouse") / "work"
    work.mkdir()
    ledger = Ledger(work.parent / "ledger.sqlite")
    environ = dbt.environment(
        pseudonymised=folder, warehouse=work / "built.duckdb", product=PRODUCT, memory_limit="2GB", home=work,
        threads=1,
    )  # fmt: skip
    assert whole_system.dbt_arguments(folder) == whole_system.ARGUMENTS
    purposes.require_allowed(
        ledger, run_id="r", product=PRODUCT, pseudonymised=folder, work=work, environ=environ,
        arguments=whole_system.ARGUMENTS,
    )  # fmt: skip
    code = dbt.run(SCORED, environ=environ, work=work)
    broken = [(node.kind, node.name, node.status) for node in dbt.results(work) if not node.is_passed]
    assert (code, broken) == (0, [])
    return work / "built.duckdb"


@pytest.fixture(scope="module")
def built(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def happened(folder: Path) -> Iterator[tuple[str, date, str]]:
    for row in read(folder, "social_care__service_requests"):
        yield row["person_key"], row["authored_on"], "social_care_contact"
    for row in read(folder, "social_care__encounters"):
        yield row["person_key"], row["start_at"].date(), "social_care_contact"
    for row in read(folder, "social_care__episodes_of_care"):
        if "Carer" not in (row["service_type"] or ""):
            yield row["person_key"], row["start_on"], "care_start"
    for row in (*read(folder, "community__encounters"), *read(folder, "mental_health__encounters")):
        kind, day = row["activity_type"], row["start_at"].date()
        if kind == "mental_health_spell":
            yield row["person_key"], day, "mental_health_admission"
        elif kind != "ward_stay" and has_come(row):
            yield row["person_key"], day, kind


def standing(folder: Path, day: date) -> Iterator[tuple[str, str]]:
    homes = ("Long Term Support: Residential Care", "Long Term Support: Nursing Care")
    spans: list[tuple[Row, str | None, date, date | None]] = []
    for row in read(folder, "social_care__episodes_of_care"):
        words = {"Long Term Support: Community": "home_care", "Short Term Support: ST-Max": "reablement"}
        words |= dict.fromkeys(homes, "care_home")
        state = "telecare" if row["service_component"] == "Telecare" else words.get(row["service_type"])
        spans.append((row, state, row["start_on"], row["end_on"]))
    for row in read(folder, "mental_health__episodes_of_care"):
        is_void = row["status"] == "cancelled" and row["end_on"] is None
        spans.append((row, None if is_void else "mental_health_referral", row["start_on"], row["end_on"]))
    for row in read(folder, "mental_health__encounters"):
        if row["activity_type"] == "mental_health_spell":
            left = row["end_at"].date() if row["end_at"] else None
            spans.append((row, "mental_health_stay", row["start_at"].date(), left))
    for row, state, first, last in spans:
        if state and first <= day and (last is None or day <= last):
            yield row["person_key"], state


@pytest.mark.parametrize("kind", DAYS)
def test_features_of_the_other_sources_are_what_was_known_on_the_day(
    built: duckdb.DuckDBPyConnection, folder: Path, kind: str
) -> None:
    day, wanted = DAYS[kind], Counter[tuple[str, str]]()
    for person, when, event in happened(folder):
        for first, last in BANDS:
            wanted[person, f"{event}_{first}_{last}"] += first <= (day - when).days <= last
    wanted |= Counter({(person, f"has_{state}"): 1 for person, state in standing(folder, day)})
    found = rows(built, f"{_FEATURES} where day_kind = '{kind}'")
    alone = rows(built, f"select * from marts.fct_risk_features where day_kind = '{kind}'")
    assert {row["person_key"] for row in found} == {row["person_key"] for row in alone}
    assert set(OWN) == set(found[0]) - set(alone[0])
    differing = [
        (name, row[name], wanted[row["person_key"], name])
        for row in found
        for name in OWN
        if row[name] != wanted[row["person_key"], name]
    ]
    assert differing == []
    seen = {name for row in found for name in OWN if row[name]}
    assert {f"has_{state}" for state in STATES if state != "mental_health_stay"} <= seen
    assert {"community_contact_31_90", "social_care_contact_91_180", "care_start_181_365"} <= seen


def test_what_hospital_gp_reads_is_the_same_beside_it(built: duckdb.DuckDBPyConnection) -> None:
    (one,) = rows(built, "select * from marts.fct_risk_features limit 1")
    same = ", ".join(name for name in one if name != "has_two_years")
    query = "select {} from marts.{} order by day_kind, person_key"
    whole = built.execute(query.format(same, "fct_risk_features_whole_system")).fetchall()
    assert whole == built.execute(query.format(same, "fct_risk_features")).fetchall()


def test_the_scores_of_both_variants_are_what_their_numbers_say(
    built: duckdb.DuckDBPyConnection, project: Path
) -> None:
    found = rows(built, "select * from wsic.risk_stratification")
    of = {
        word: {row["person_key"]: row for row in found if row["variant"] == word}
        for word in ("hospital_gp", "whole_system")
    }
    alone = scored(built, "today")
    assert set(of["hospital_gp"]) == set(of["whole_system"]) == set(alone)
    for person, row in of["hospital_gp"].items():
        assert row["score"] == pytest.approx(alone[person][0], abs=0.0051)
        assert (row["drivers"], row["model_trained_on"]) == (alone[person][1], "synthetic")
    with (project / "seeds" / "risk_coefficients.csv").open(encoding="utf-8", newline="") as file:
        weights = [row for row in csv.DictReader(file) if row["variant"] == "whole_system"]
    chance, before = (
        {
            row["person_key"]: 100 / (1 + math.exp(-(0.9 * (points(row, weights) - 2.5) - 0.1)))
            for row in rows(built, f"{_FEATURES} where day_kind = '{kind}'")
        }
        for kind in ("today", "before")
    )
    order = sorted(chance, key=lambda person: (-round(chance[person], 9), person))
    for n, person in enumerate(order, start=1):
        row = of["whole_system"][person]
        assert row["score"] == pytest.approx(chance[person], abs=0.0051)
        shares = (("very_high", 5), ("high", 50), ("moderate", 200), ("low", 1000))  # of 1,000 people
        assert row["band"] == next(word for word, share in shares if n <= -(-len(order) * share // 1000))
        assert (row["score_before"] is None) == (person not in before)
        rise = chance[person] - before.get(person, math.inf)
        assert row["is_rising"] == (rise >= 5 and row["band"] != "low")
        assert (row["model_version"], row["model_trained_on"]) == ("made", "own")
    drivers = {name for row in of["whole_system"].values() for name in row["drivers"].split(", ")}
    assert drivers & set(OWN)


def points(row: Row, weights: list[dict[str, str]]) -> float:
    return math.fsum(float(w["coefficient"]) * min(row[w["feature"]], float(w["cap"])) for w in weights)


def test_what_was_built_can_be_trained_and_the_model_fits_the_features(
    database: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "_LEAST_ADMITTED", 5)
    own = shutil.copy(database, tmp_path / "own.duckdb")
    with duckdb.connect(str(own)) as connection:
        connection.execute(
            "create table marts.dim_person as select distinct person_key, 'unknown' as sex,"
            " 'unknown' as ethnic_group, 5 as imd_decile from marts.fct_risk_features"
        )
    trained, _ = train_risk_model(
        own, tmp_path, TrainingRules(variant="whole_system"), beside=project / "seeds"
    )
    weights = dict(zip(trained.model.names, trained.model.coefficients, strict=True))
    assert set(OWN) < set(weights)
    assert any(weights[name] for name in OWN)
    shipped, written = (
        (folder / "risk_coefficients.csv").read_text(encoding="utf-8").splitlines()
        for folder in (project / "seeds", tmp_path)
    )
    of_hospitals = [line for line in shipped if ",hospital_gp," in line]
    assert [line for line in written if ",hospital_gp," in line] == of_hospitals
    assert len([line for line in written if ",whole_system," in line]) == len(weights)
