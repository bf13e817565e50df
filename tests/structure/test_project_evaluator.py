"""The dbt project is clean by the rules of dbt_project_evaluator, but for what is meant, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.warehouse import whole_system
from tests.project_evaluator import RULES, Project
from tests.structure.test_dbt_project import parsed

LONG_QUESTION = "a row a person is put together of all that is known of them, each joined by the person alone"
STEP = (
    "the step between has a meaning and a unit test of its own; one model of both would be too long to read"
)
ON_THE_WAY = "what stands at the chain's end is a table; the views on the way are read by nobody else"
HISTORY = "rows are spans: test_history_over_nights walks many nights and compares every span of every key"
PASSED_ON = "passes rows on one to one from what is tested"
RECOMPUTED = "what it feeds is worked out again row for row (tests/recomputed)"

EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    "model_fanout": {"person": "exposures are leaves: four pages of the query book show people"},
    "rejoining_of_upstream_concepts": dict.fromkeys(
        (
            "disease_register_lists > int_registers__matched > fct_disease_register",
            "disease_registers > int_registers__matched > fct_disease_register",
            "fct_care_package > int_metric_events__dated > int_metric_events__counted",
            "int_ambulance_incidents__paired > int_ambulance_incidents__matched > fct_ambulance_incident",
            "int_feeds__windowed > int_area_senders__weighed > fct_metric_coverage",
            "int_inpatient_stays__followed > int_metric_events__dated > int_metric_events__counted",
            "int_links__relinked > int_metric_events__dated > int_metric_events__counted",
            "int_registrations__linked > int_metric_events__dated > int_metric_events__counted",
            "int_score_stays__chosen > int_score_components__found > fct_clinical_score",
            "int_segment_days__bounded > int_segment_lives__dated > int_segments__held",
            "int_segment_days__bounded > int_segment_needs__spanned > int_segments__held",
            "metrics > fct_metric_coverage > metric",
            "population_segments > int_segment_lives__dated > int_segments__held",
            "shift_services > int_services__measured > fct_service_shift",
            "stg_ledger__current_run > int_hospital_diagnoses__coded > int_score_stays__chosen",
            "stg_ledger__current_run > int_registrations__contradicted > fct_linkage_control",
            "stg_ledger__current_run > int_score_components__found > fct_clinical_score",
            "int_whole_system_days__chosen > int_whole_system_features__told > "
            "fct_risk_features_whole_system",
            "int_whole_system_scores__worked_out > int_whole_system_scores__banded > fct_risk_score",
            "risk_presets > int_whole_system_scores__banded > fct_risk_score",
        ),
        STEP,
    ),
    "too_many_joins": {
        "int_rows__traced": "one branch a table of rows, no join: it is a union",
        **dict.fromkeys(
            (
                "alert", "fct_clinical_score", "fct_population_period", "int_people__described",
                "int_score_components__found", "integrated_care_summary", "patient_radar",
            ),
            LONG_QUESTION,
        ),
    },
    "missing_primary_key_tests": {
        **dict.fromkeys(
            (
                "care_package_history", "condition_history", "person_history", "population_segment_history",
                "practice_history", "registration_history", "risk_stratification_history",
            ),
            HISTORY,
        ),
        **dict.fromkeys(("bridge_person_source", "fct_rule_result"), PASSED_ON),
        "fct_feed_night": "it numbers the runs of a feed and night, and keeps one",
        "person_source": "a record at a sender is not named in a product: a person may have two alike",
        "fct_ambulance_match": "a count by all that it is grouped by",
        "history_table": "the list of history tables, written out by the macro that makes them",
        "k_anonymity": "a count by all that it is grouped by",
    },
    "test_coverage": {
        **dict.fromkeys(
            (
                "bridge_person_source", "fct_rule_result", "int_addresses__unioned", "int_encounters__placed",
                "int_observations__collected",
            ),
            PASSED_ON,
        ),
        "fct_feed_night": "the unit test of feed_coverage says what becomes of each of its rows",
        **dict.fromkeys(
            (
                "int_encounters__contacted", "int_hospital_episodes__ordered", "int_risk_conditions__coded",
                "int_risk_events__placed", "int_risk_eves__banded", "int_risk_scores__worked_out",
                "int_risk_spells__assembled", "int_social_care__evented",
                "int_whole_system_scores__banded", "int_whole_system_scores__worked_out",
            ),
            RECOMPUTED,
        ),
    },
    "chained_view_dependencies": dict.fromkeys(
        (
            "fct_activity", "fct_clinical_score", "fct_risk_band_month", "fct_risk_features",
            "int_activities__categorised", "int_activities__priced", "int_risk_eves__banded",
        ),
        ON_THE_WAY,
    ),
}  # fmt: skip

# Rules of the package that are not ours, and why.
NOT_OURS: Mapping[str, str] = {
    "sources_without_freshness": "sources are files that this night wrote; the ledger says who is late",
    "documentation_coverage": "undocumented_models asks for all of them",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(parsed(tmp_path_factory.mktemp("dbt"), *whole_system.ARGUMENTS))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_holds_but_for_what_is_meant(project: Project, rule: str) -> None:
    """Also no exception outlives what it was made for."""
    assert RULES[rule](project) == set(EXCEPTIONS.get(rule, {}))


def test_every_exception_is_of_a_rule_and_has_its_reason() -> None:
    assert set(EXCEPTIONS) <= set(RULES)
    assert not set(NOT_OURS) & set(RULES)
    assert all(len(reason) > 20 for named in EXCEPTIONS.values() for reason in named.values())


def model(name: str, folder: str, *parents: str, **said: Any) -> tuple[str, dict[str, Any]]:
    """A model of a planted project: all is as it should be but for what is said."""
    path = f"models/{folder}/{name}.sql"
    is_view = folder.startswith(("staging", "intermediate"))
    config = {"materialized": said.pop("materialized", "view" if is_view else "table")}
    return f"model.p.{name}", {
        "resource_type": "model", "name": name, "fqn": ["p", folder.partition("/")[0]], "access": "protected",
        "original_file_path": path, "patch_path": f"p://models/{folder}/m.yml", "raw_code": "select 1",
        "description": "One row.", "columns": {"a": {"description": "A."}},
        "depends_on": {"nodes": list(parents)}, "config": {**config, "contract": {"enforced": False}}, **said,
    }  # fmt: skip


def source(name: str, **said: Any) -> tuple[str, dict[str, Any]]:
    return f"source.p.gp.{name}", {
        "source_name": "gp", "name": name, "schema": "rows", "identifier": name, "description": "One row.",
        "source_description": "Practices.", "original_file_path": "models/staging/gp/_gp.yml", **said,
    }  # fmt: skip


def planted() -> dict[str, Any]:
    """A project that breaks every rule."""
    chain = [model(f"int_{n}", "intermediate", f"model.p.int_{n - 1}") for n in range(1, 6)]
    seven = [f"model.p.int_{n}" for n in range(6)] + ["model.p.stg_a"]
    code = "select * from {{ ref('int_0') }} join other.place as x on true -- from a.b"
    models = [
        model("stg_a", "staging/gp", "source.p.gp.a"),
        model("stg_joined", "staging/gp", "source.p.gp.a", "source.p.gp.b", "model.p.stg_a"),
        model("stg_late", "staging/gp", "model.p.int_0"),
        model("stg_astray", "staging/acute", "source.p.gp.b"),
        model("int_0", "intermediate", "model.p.stg_a"), *chain,
        model("int_side", "intermediate", "model.p.int_0"),
        model("fct_again", "marts", "model.p.int_0", "model.p.int_side"),
        model("fct_deep", "marts", *seven, raw_code=code),
        model("fct_root", "marts", description=""),
        model("fct_sourced", "marts", "source.p.gp.a", patch_path="p://models/elsewhere/m.yml"),
        model("misnamed", "marts", "model.p.int_1"),
        model("leafy", "published", "model.p.int_4", access="public", columns={"a": {"description": ""}}),
        *[model(f"dim_{n}", "marts", "model.p.leafy") for n in range(4)],
    ]  # fmt: skip
    sources = [
        source("a"), source("b", identifier="a", description=""),
        source("c", source_description="", original_file_path="models/staging/_all.yml"),
    ]  # fmt: skip
    page = {"name": "page", "depends_on": {"nodes": ["model.p.int_2"]}}
    has_key = {"resource_type": "test", "name": "t", "attached_node": "model.p.dim_0"}
    tests = {"test.p.t": {**has_key, "test_metadata": {"name": "primary_key"}}}
    return {
        "nodes": {**dict(models), **tests}, "sources": dict(sources), "exposures": {"exposure.p.page": page},
        "unit_tests": {"unit_test.p.u": {"model": "dim_1"}},
    }  # fmt: skip


UNTESTED = {"dim_2", "dim_3", "fct_again", "fct_deep", "fct_root", "fct_sourced", "leafy", "misnamed"}
FOUND: Mapping[str, set[str]] = {
    "direct_join_to_source": {"stg_joined"},
    "downstream_models_dependent_on_source": {"fct_sourced"},
    "duplicate_sources": {"a"},
    "hard_coded_references": {"fct_deep"},
    "model_fanout": {"leafy"},
    "multiple_sources_joined": {"stg_joined"},
    "rejoining_of_upstream_concepts": {"int_0 > int_side > fct_again", "int_4 > int_5 > fct_deep"},
    "root_models": {"fct_root"},
    "source_fanout": {"a", "b"},
    "staging_models_dependent_on_downstream_models": {"stg_late"},
    "staging_models_dependent_on_staging_models": {"stg_joined"},
    "unused_sources": {"c"},
    "too_many_joins": {"fct_deep"},
    "missing_primary_key_tests": UNTESTED | {"dim_1"},
    "test_coverage": UNTESTED | {"int_side", *(f"int_{n}" for n in range(6))},
    "undocumented_models": {"fct_root"},
    "undocumented_source_tables": {"b"},
    "undocumented_sources": {"gp"},
    "test_directories": {"fct_sourced"},
    "model_naming_conventions": {"misnamed"},
    "source_directories": {"gp"},
    "model_directories": {"stg_astray", "stg_late"},
    "chained_view_dependencies": {"fct_deep", "int_4", "int_5", "leafy"},
    "exposure_parents_materializations": {"page"},
    "public_models_without_contracts": {"leafy"},
    "exposures_dependent_on_private_models": {"page"},
    "undocumented_public_models": {"leafy"},
}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_sees_what_breaks_it(rule: str) -> None:
    assert RULES[rule](Project(planted())) == FOUND[rule]
