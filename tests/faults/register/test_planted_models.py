"""Models that read what their purpose may not are planted in a copy of the dbt project: none is built."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.errors import ChecksRefusedError, SetupError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.warehouse import build, dbt
from pipeline.zones import Zones
from tests.pseudonymised_fixtures import write_pseudonymised

PRODUCT = "secondary_use"
RISK = "risk_stratification"
OPEN_CARE = "select person_key from {{ ref('stg_social_care__episodes_of_care') }}"

# Models of the project that the law does not allow once somebody sets dbt's variable.
FORCED = {"fct_risk_features_whole_system", "fct_risk_score", "risk_stratification"}
# name -> (purpose in its yml, its SQL, the words that the refusal must have; none: it is allowed)
PLANTED = {
    "planted_care_scored": (RISK, OPEN_CARE, "social_care.episodes_of_care.person_key"),
    "planted_people_chosen_by_care": (
        RISK,
        "select person_key from {{ ref('stg_gp__patients') }} where person_key in (" + OPEN_CARE + ")",
        "social_care.episodes_of_care.person_key",
    ),
    "planted_care_counted": (
        RISK,
        "select count(*) as n from {{ ref('stg_social_care__patients') }}",
        "planted_care_counted: risk_stratification is not allowed",
    ),
    "planted_union_filtered": (
        RISK,
        "select activity_key from {{ ref('fct_activity') }} where source = 'acute'",
        "planted_union_filtered: risk_stratification is not allowed",
    ),
    "planted_by_a_pattern": (
        RISK,
        "select columns('.*_key') from {{ ref('stg_social_care__patients') }}",
        "planted_by_a_pattern: risk_stratification is not allowed",
    ),
    "planted_through_another": (
        RISK,
        "select n from {{ ref('planted_care_counted') }}",
        "planted_through_another",
    ),
    "planted_community": (
        RISK,
        "select start_at from {{ ref('stg_community__encounters') }}",
        "community.encounters.start_at (allows direct_care, open, secondary_use)",
    ),
    "planted_band_as_a_score": (
        RISK,
        "select person_key, risk_band from {{ ref('fct_risk_band') }}",
        "planted_band_as_a_score: risk_stratification is not allowed",
    ),
    "planted_score_of_the_whole_system": (
        RISK,
        "select f.person_key, f.age_years + count(c.person_key) as score "
        "from {{ ref('fct_risk_features') }} as f "
        "left join {{ ref('stg_social_care__episodes_of_care') }} as c on f.person_key = c.person_key "
        "group by f.person_key, f.age_years",
        "planted_score_of_the_whole_system: risk_stratification is not allowed",
    ),
    "planted_metric_by_band_as_a_score": (
        RISK,
        "select numerator from {{ ref('metric') }} where group_type = 'risk_band'",
        "planted_metric_by_band_as_a_score: risk_stratification is not allowed",
    ),
    "planted_band_of_a_month": (
        RISK,
        "select person_key, band from {{ ref('fct_risk_band_month') }}",
        None,
    ),
    "planted_score_of_mental_health": (
        RISK,
        "select person_key from {{ ref('fct_risk_score') }} where person_key in "
        "(select person_key from {{ ref('stg_mental_health__encounters') }})",
        "planted_score_of_mental_health: risk_stratification is not allowed",
    ),
    "planted_alerts_for_anyone": (
        RISK,
        "select alert_id, count(*) as n from {{ ref('alert') }} group by alert_id",
        "planted_alerts_for_anyone: risk_stratification is not allowed",
    ),
    "planted_without_purpose": (None, "select 1 as n", "no purpose in its yml"),
    "planted_misspelt": ("risk_stratifcation", "select 1 as n", "purpose 'risk_stratifcation' is not known"),
    "planted_file_reader": (
        "direct_care",
        "select * from "
        "read_parquet('{{ env_var(\"WSIC_PSEUDONYMISED_DIR\") }}/social_care__patients.parquet')",
        "planted_file_reader: it reads what is no ref",
    ),
    "planted_lawful": (
        RISK,
        "select p.person_key, count(*) as n from {{ ref('stg_gp__patients') }} as p "
        "left join {{ ref('stg_acute__encounters') }} as e on e.person_key = p.person_key group by 1",
        None,
    ),
}


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    zones = Zones(settings.home).create()
    write_pseudonymised(zones.pseudonymised(PRODUCT), people=30)
    return settings


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dbt project with the models in it, and the whole-system risk model switched on by hand."""
    project = tmp_path / "project"
    shutil.copytree(dbt.PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    folder = project / "models" / "marts" / "planted"
    folder.mkdir()
    for name, (purpose, sql, _) in PLANTED.items():
        (folder / f"{name}.sql").write_text(sql, encoding="utf-8")
        meta = f"config: {{meta: {{purpose: [{purpose}]}}}}" if purpose else "config: {}"
        text = f"version: 2\nmodels:\n  - name: {name}\n    description: One row.\n    {meta}\n"
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    settings = project / "dbt_project.yml"
    text = settings.read_text(encoding="utf-8")
    assert text.count("risk_whole_system: false") == 1
    settings.write_text(text.replace("risk_whole_system: false", "risk_whole_system: true"), encoding="utf-8")
    monkeypatch.setattr(dbt, "PROJECT", project)
    return project


def test_each_is_refused_for_its_own_reason_and_nothing_is_built(
    home: Settings, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.warehouse.purposes._NAMED", 100)
    ledger = Ledger(Zones(home.home).audit / "ledger.sqlite")
    with pytest.raises(ChecksRefusedError) as refused:
        build(home, ledger, run_id="r", product=PRODUCT)
    said = str(refused.value)
    assert not [name for name, (_, _, words) in PLANTED.items() if words and words not in said]
    assert "planted_lawful" not in said
    named = set(re.findall(r"(\w+): (?:it reads|no purpose|purpose '|risk_stratification is)", said))
    assert named == {name for name, (_, _, words) in PLANTED.items() if words} | FORCED
    assert "fct_risk_features_whole_system: risk_stratification is not allowed by the legal bases" in said
    assert list(Zones(home.home).home.glob("warehouse/**/*.duckdb")) == []
    results = {row["rule_id"]: row["rows_failed"] for row in ledger.query("select * from rule_result")}
    assert results["purpose_allowed"] == 12 + len(FORCED)
    assert results["purpose_declared"] == 2
    assert results["lineage_known"] == 1
    assert results["columns_declared"] == 0
    assert {row["suite"] for row in ledger.query("select suite from rule_result")} == {"purpose"}


def test_rows_without_their_register_are_not_built(home: Settings) -> None:
    zones = Zones(home.home)
    (zones.pseudonymised(PRODUCT) / "register__handling.parquet").unlink()
    ledger = Ledger(zones.audit / "ledger.sqlite")
    with pytest.raises(SetupError, match="no register of handling"):
        build(home, ledger, run_id="r", product=PRODUCT)
