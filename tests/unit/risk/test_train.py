"""Training on a warehouse of drawn features, whose truth is known: what is found, written and refused."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import UsageError
from pipeline.risk import TrainingRules, train_risk_model
from pipeline.risk.card import area_under_curve, measured
from pipeline.risk.features import read_days
from pipeline.zones import Zones

# The chance of an admission is that of logit -2 + 1.5 x: all else is noise. `told` reads it from a digest.
_WAREHOUSE = """
create schema marts;
create table marts.dim_person as
select
    'p' || n as person_key, if(n % 2 = 0, 'male', 'female') as sex,
    if(n % 97 = 0, 'Mixed', 'White') as ethnic_group, (n % 10 + 1)::integer as imd_decile,
from range({people}) as t (n);
create table marts.fct_risk_features as
with drawn as (
    select
        'p' || n as person_key, kind as day_kind, day as reference_day,
        (hash(n, kind, 1) % 4)::double as emergency_admission_0_30,
        (hash(n, kind, 2) % 5)::double as gp_contact_0_30,
        (hash(n, kind, 3) % 3)::double as gp_contact_366_730,
        (hash(n, 4) % 90)::double as age_years,
        (hash(n, kind, 5) % 1000000) / 1e6 as told,
    from range({people}) as t (n), (values {days}) as d (kind, day)
)
select
    day_kind, reference_day, person_key, {two_years} as has_two_years,
    if(day_kind in ('recent', 'earlier'), told < 1 / (1 + exp(2 - 1.5 * emergency_admission_0_30)), null)
        as had_emergency_admission,
    age_years, emergency_admission_0_30, gp_contact_0_30, gp_contact_366_730,
from drawn
"""
RECENT, EARLIER = "('recent', date '2025-03-31')", "('earlier', date '2024-03-31')"
TODAY = "('today', date '2026-03-31')"


def warehouse(
    folder: Path, *days: str, people: int = 6000, two_years: bool = False, name: str = "w.duckdb"
) -> Path:
    with duckdb.connect(str(folder / name)) as connection:
        connection.execute(
            _WAREHOUSE.format(people=people, days=", ".join(days), two_years=str(two_years).lower())
        )
    return folder / name


_WHOLE_SYSTEM = """
create table marts.fct_risk_features_whole_system as
with more as (select *, (hash(person_key) % 4)::double as community_contact_0_30 from marts.fct_risk_features)
select * replace (had_emergency_admission or (had_emergency_admission = false and community_contact_0_30 = 3)
    as had_emergency_admission)
from more
"""


def with_whole_system(database: Path) -> Path:
    """The same, and features of the variant whole_system: community contacts matter, too."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(_WHOLE_SYSTEM)
    return database


def seed(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_makes_the_difference_is_found_and_what_reaches_back_too_far_is_left_out(tmp_path: Path) -> None:
    train_risk_model(warehouse(tmp_path, RECENT, TODAY), tmp_path, TrainingRules())
    weights = {row["feature"]: float(row["coefficient"]) for row in seed(tmp_path, "risk_coefficients")}
    (model,) = seed(tmp_path, "risk_models")
    slope = float(model["calibration_slope"])
    assert slope * weights["emergency_admission_0_30"] == pytest.approx(1.5, abs=0.2)
    assert abs(weights["gp_contact_0_30"]) < 0.1
    assert weights["gp_contact_366_730"] == 0
    assert (model["split"], model["trained_on"], model["tried_on"]) == ("people", "synthetic", "2025-03-31")


@pytest.mark.parametrize(("env", "said"), [("development", "synthetic"), ("production", "own")])
def test_only_production_has_people_of_its_own(
    tmp_path: Path, env: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Zones(tmp_path / "home").warehouse("secondary_use")
    database.parent.mkdir(parents=True)
    warehouse(tmp_path, RECENT).rename(database)
    monkeypatch.setenv("WSIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WSIC_ENV", env)
    done = CliRunner().invoke(app, ["risk", "train", "--out", str(tmp_path / "seeds")])
    assert done.exit_code == 0, done.output
    assert [row["trained_on"] for row in seed(tmp_path / "seeds", "risk_models")] == [said]


def test_two_years_of_history_let_the_far_band_in(tmp_path: Path) -> None:
    train_risk_model(warehouse(tmp_path, RECENT, two_years=True), tmp_path, TrainingRules())
    weights = {row["feature"]: float(row["coefficient"]) for row in seed(tmp_path, "risk_coefficients")}
    assert weights["gp_contact_366_730"] != 0


FILES = ("risk_models", "risk_coefficients", "risk_card")
WHOLE = TrainingRules(variant="whole_system")


def test_each_variant_is_trained_on_its_own_features_and_keeps_the_rows_of_the_other(tmp_path: Path) -> None:
    database = with_whole_system(warehouse(tmp_path, RECENT))
    train_risk_model(database, tmp_path, TrainingRules())
    alone = {name: (tmp_path / f"{name}.csv").read_bytes() for name in FILES}
    train_risk_model(database, tmp_path, WHOLE)
    for name in FILES:
        both = (tmp_path / f"{name}.csv").read_bytes()
        assert both.startswith(alone[name]) and len(both) > len(alone[name])
    weights = {(row["variant"], row["feature"]): row for row in seed(tmp_path, "risk_coefficients")}
    assert float(weights["whole_system", "community_contact_0_30"]["coefficient"]) > 0.5
    assert ("hospital_gp", "community_contact_0_30") not in weights
    assert [row["variant"] for row in seed(tmp_path, "risk_models")] == ["hospital_gp", "whole_system"]
    assert len({row["model_version"] for row in seed(tmp_path, "risk_models")}) == 2
    together = {name: (tmp_path / f"{name}.csv").read_bytes() for name in FILES}
    train_risk_model(database, tmp_path, TrainingRules())
    assert {name: (tmp_path / f"{name}.csv").read_bytes() for name in FILES} == together


def test_what_is_written_elsewhere_has_the_rows_of_the_other_variant_too(tmp_path: Path) -> None:
    database = with_whole_system(warehouse(tmp_path, RECENT))
    train_risk_model(database, tmp_path / "seeds", TrainingRules())
    train_risk_model(database, tmp_path / "review", WHOLE, beside=tmp_path / "seeds")
    found = {row["variant"] for name in FILES for row in seed(tmp_path / "review", name)}
    assert found == {"hospital_gp", "whole_system"}
    assert {row["variant"] for row in seed(tmp_path / "seeds", "risk_models")} == {"hospital_gp"}


def test_the_command_refuses_the_variant_where_the_law_let_none_be_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Zones(tmp_path / "home").warehouse("secondary_use")
    database.parent.mkdir(parents=True)
    warehouse(tmp_path, RECENT).rename(database)
    monkeypatch.setenv("WSIC_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(
        app, ["risk", "train", "--variant", "whole_system", "--out", str(tmp_path / "seeds")]
    )
    assert isinstance(done.exception, UsageError)
    assert "no features of the variant whole_system" in str(done.exception)
    assert "connectors/register/law" in str(done.exception)
    assert not (tmp_path / "seeds").exists()


def test_an_earlier_day_splits_by_time(tmp_path: Path) -> None:
    train_risk_model(warehouse(tmp_path, RECENT, EARLIER), tmp_path, TrainingRules())
    (model,) = seed(tmp_path, "risk_models")
    assert (model["split"], model["reference_day"], model["tried_on"]) == ("time", "2024-03-31", "2025-03-31")
    everybody = next(row for row in seed(tmp_path, "risk_card") if row["measure"] == "auc")
    assert int(everybody["people"]) == 6000


def test_the_same_warehouse_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    database = warehouse(tmp_path, RECENT)
    for name, number in (("a", 1), ("b", 1), ("c", 2)):
        train_risk_model(database, tmp_path / name, TrainingRules(seed=number))
    files = ("risk_models.csv", "risk_coefficients.csv", "risk_card.csv")
    one, same, other = ([(tmp_path / name / file).read_bytes() for file in files] for name in "abc")
    assert one == same
    assert one != other
    versions = {seed(tmp_path / name, "risk_models")[0]["model_version"] for name in "abc"}
    assert len(versions) == 2
    assert all(version.isalpha() for version in versions)


def test_the_card_is_of_people_whom_the_model_has_not_seen_and_calibrated(tmp_path: Path) -> None:
    trained, lines = train_risk_model(warehouse(tmp_path, RECENT), tmp_path, TrainingRules())
    of_all = {line.measure: line for line in lines if line.group_value == "all"}
    assert trained.people + (of_all["auc"].people or 0) < 6000
    assert of_all["predicted_rate"].value == pytest.approx(of_all["observed_rate"].value, abs=0.04)
    assert 0.75 < (of_all["auc"].value or 0) < 0.95
    kinds = {(line.group_type, line.group_value) for line in lines if line.measure == "auc"}
    assert {("sex", "male"), ("sex", "female"), ("imd_quintile", "1"), ("age_band", "75-84")} <= kinds
    (small,) = [line for line in lines if line.group_value == "Mixed"]
    assert (small.measure, small.people, small.value) == ("too_few_to_say", None, None)


def test_the_top_is_counted_in_whole_people_and_tenths_go_from_low_to_high(tmp_path: Path) -> None:
    day = read_days(warehouse(tmp_path, RECENT, people=1001), 1)["recent"]
    chance = np.arange(1001) / 1001
    outcome = (np.arange(1001) >= 991).astype(float)
    lines = list(measured(replace(day, outcome=outcome), np.ones(1001), chance))
    top = {(line.measure, line.group_value): (line.people, line.value) for line in lines}
    assert top["ppv", "top_0.5_per_cent"] == (6, 1.0)
    assert top["sensitivity", "top_0.5_per_cent"] == (6, 0.6)
    assert top["ppv", "top_1_per_cent"] == (11, round(10 / 11, 4))
    assert top["observed_rate", "tenth_01"][1] == 0
    assert top["observed_rate", "tenth_10"][1] == 0.1


def test_the_area_under_the_curve_counts_ties_half() -> None:
    outcome, chance = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.4, 0.9])
    assert area_under_curve(outcome, chance) == 3.5 / 4
    assert area_under_curve(np.zeros(3), np.arange(3.0)) is None


def test_too_little_to_train_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least two years"):
        train_risk_model(warehouse(tmp_path, TODAY), tmp_path, TrainingRules())
    with pytest.raises(UsageError, match="no recent reference day"):
        train_risk_model(warehouse(tmp_path, EARLIER, name="e.duckdb"), tmp_path, TrainingRules())
    with pytest.raises(UsageError, match="200 people who were admitted"):
        train_risk_model(warehouse(tmp_path, RECENT, people=200, name="s.duckdb"), tmp_path, TrainingRules())
    with pytest.raises(UsageError, match="hospital_gp, whole_system"):
        train_risk_model(tmp_path / "w.duckdb", tmp_path, TrainingRules(variant="everything"))
    with pytest.raises(UsageError, match="of contacts of social care"):
        train_risk_model(with_whole_system(tmp_path / "w.duckdb"), tmp_path, WHOLE)
    with pytest.raises(UsageError, match="own, synthetic"):
        train_risk_model(tmp_path / "w.duckdb", tmp_path, TrainingRules(trained_on="elsewhere"))
    assert list(tmp_path.glob("*.csv")) == []


def test_a_model_gives_each_person_the_chance_that_its_numbers_say(tmp_path: Path) -> None:
    """Of one row, by hand: what the night's SQL is held to is what the card was measured with."""
    database = warehouse(tmp_path, RECENT)
    trained, _ = train_risk_model(database, tmp_path, TrainingRules())
    model, day = trained.model, read_days(database, 1)["recent"]
    row = day.values[0]
    points = [c * min(v, cap) for c, v, cap in zip(model.coefficients, row, model.caps, strict=True)]
    logit = model.slope * (model.intercept + math.fsum(points)) + model.shift
    assert model.chance(day.values[:1])[0] == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-12)
