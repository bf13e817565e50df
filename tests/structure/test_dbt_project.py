"""The dbt project keeps its own rules: what is published is promised, described and tested.

The manifest is compared with the yml itself, because dbt drops a key that it does not know
(``data_test:``) and the tests under it with it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.task.docs import DOCS_INDEX_FILE_PATH

from connectors import registry
from connectors.declare import SOURCE_WORDS
from connectors.reference import STARTER_CODELISTS
from connectors.register import entities
from expectations.published.contract import ONLY_IN
from pipeline.settings import PRODUCTS
from pipeline.warehouse import dbt, docs_page, whole_system

PROJECT = Path(__file__).parents[2] / "dbt_project"
NOT_READ = frozenset({"organizations", "locations"})  # about no person; ODS reference data is used instead
MAY_LEAVE = frozenset({"keep", "generalise", "pseudonymise"})

KNOWN_KEYS: Mapping[str, frozenset[str]] = {
    "file": frozenset({"version", "models", "seeds", "sources", "unit_tests", "exposures"}),
    "models": frozenset({"name", "description", "config", "columns", "data_tests"}),
    "seeds": frozenset({"name", "description", "config", "columns", "data_tests"}),
    "sources": frozenset({"name", "description", "config", "tables"}),
    "tables": frozenset({"name", "description"}),
    "exposures": frozenset(
        {"name", "label", "type", "maturity", "owner", "description", "config", "depends_on"}
    ),
    "columns": frozenset(
        {"name", "description", "data_type", "quote", "config", "constraints", "data_tests"}
    ),
    "unit_tests": frozenset({"name", "description", "model", "overrides", "given", "expect"}),
}

# The contract's columns: more may be added, none renamed.
CONTRACT: Mapping[str, str] = {
    "core.person": "person_key birth_month age_years sex ethnic_category ethnic_group lsoa_code imd_decile "
    "imd_version local_authority_code practice_code pcn_code is_registered death_month",
    "core.registration": "person_key practice_code start_date end_date",
    "core.activity": "activity_key person_key source sender setting activity_type start_at end_at "
    "provider_code is_attended is_emergency length_of_stay_days primary_diagnosis_code "
    "treatment_function_code cost_gbp cost_source cost_is_proxy source_file_id",
    "core.hospital_spell": "spell_key inpatient_spell_group person_key provider_code admitted_on "
    "discharged_on discharge_ready_on admission_method source_of_admission discharge_method "
    "discharge_destination patient_classification spell_hrg",
    "core.hospital_episode": "episode_key spell_key episode_number treatment_function_code",
    "core.diagnosis": "activity_key person_key code_system code position recorded_on",
    "core.procedure": "activity_key person_key code_system code position recorded_on",
    "core.condition": "person_key condition_id first_recorded_on latest_recorded_on is_current sources",
    "core.observation": "person_key code code_system effective_on value unit",
    "core.medication": "person_key code code_system effective_on value unit",
    "core.referral": "person_key",
    "core.care_package": "person_key service_type service_component delivery_mechanism start_date end_date "
    "weekly_cost_gbp",
    "core.ambulance_incident": "incident_key person_key sender provider_code called_at contact_source "
    "response_category incident_outcome attendance_activity_key attendance_matched_by "
    "attendance_missing_reason cost_gbp cost_source cost_is_proxy source_file_id",
    "quality.ambulance_match": "counted sender month_start incident_outcome result n",
    "core.person_source": "person_key source sender link_step link_confidence",
    "wsic.population_segment": "person_key as_of segment_id segment_name rule_version reason "
    "previous_segment_id",
    "wsic.bridges_to_health": "person_key as_of segment_id segment_name rule_version reason "
    "previous_segment_id",
    "wsic.population_segment_month": "person_key scheme_id month segment_id rule_version reason "
    "previous_segment_id",
    "wsic.segment_move": "month scheme_id from_segment_id to_segment_id people",
    "wsic.integrated_care_summary": "person_key",
    "wsic.care_timeline": "person_key at setting what where",
    "wsic.metric": "metric_id metric_version period_start period_end area_type area_code group_type "
    "group_value numerator denominator value unit value_low value_high coverage",
    "wsic.cost_per_person": "person_key financial_year setting cost_gbp",
    "wsic.resource_concentration": "scope top_share_of_people people cost_gbp share_of_cost",
    "wsic.service_overlap": "area_type area_code settings people cost_gbp share_of_people share_of_cost",
    "wsic.pathway_flow": "from_setting to_setting within_days people transitions",
    "wsic.capitation_budget": "segment_id area_type area_code people person_years average_cost_gbp "
    "budget_gbp",
    "wsic.risk_band_cost": "period_start period_end area_type area_code risk_band setting people "
    "share_of_people people_using n_contacts n_emergency_attendances n_emergency_admissions n_bed_days "
    "cost_gbp share_of_cost average_cost_gbp",
    "wsic.service_shift": "scenario_id scenario_name area_type area_code service_id service_name setting "
    "unit activity_before activity_after unit_cost_gbp cost_before_gbp cost_after_gbp net_cost_gbp",
    "quality.feed_coverage": "as_of source sender feed expected_on last_extract_on is_late rows_in coverage",
    "quality.rule_result": "run_id suite rule_id severity rows_checked rows_failed is_passed",
    "quality.linkage": "run_id source sender link_step group_type group_value records people "
    "estimated_missed estimated_false",
    "quality.linkage_control": "run_id control_id meaning link_step links_tried conflicts conflicts_if_false "
    "false_share false_share_high",
    "quality.linkage_drift": "run_id as_of profile source value records people share share_before "
    "share_change nights_before stability_index",
    "quality.k_anonymity": "run_id as_of table_name stage quasi_identifiers k classes smallest_class people "
    "people_below people_generalised is_enforced",
    "wsic.patient_radar": "person_key flag_id since evidence_activity_key",
    "wsic.gap_in_care": "person_key measure_id due_since last_done_on",
    "wsic.mdt_list": "practice_code month person_key reasons",
    "wsic.alert": "person_key at alert_id recipient_org_code evidence_activity_key",
    "wsic.risk_stratification": "person_key as_of model_id model_version score band population_percentile "
    "drivers",
    "wsic.risk_model": "variant model_id model_version trained_on reference_day tried_on split people "
    "admitted intercept calibration_slope calibration_intercept seed library",
    "wsic.risk_model_card": "variant model_id model_version measure group_type group_value people value",
    "wsic.clinical_score": "person_key as_of score_id score_version value category evidence evidence_on "
    "is_complete note",
    "wsic.disease_register": "person_key as_of register_id is_on_register reason",
    "wsic.lace": "spell_key person_key discharged_on lace_score",
    "wsic.population_count": "area_type area_code age_band sex segment_id segment_name people",
    "wsic.area_overlap": "period_type period_start period_end borough_code pcn_code people",
    "quality.practice_reconciliation": "as_of practice_code registered_people registered_people_before "
    "sender_count is_closed is_passed",
    "audit.run": "run_id as_of started_at ended_at outcome code_version key_ids",
    "audit.file_outcome": "run_id source sender extract_date file_name file_sha256 rows_in rows_landed "
    "rows_quarantined outcome",
    "audit.reconciliation": "run_id source sender file_name stage rows_in rows_out rows_quarantined "
    "rows_withheld rows_superseded is_balanced",
    "audit.withheld": "run_id product reason people rows",
    "quality.unresolved_reference": "run_id as_of source sender resource_type path target_type "
    "references_checked references_unresolved",
    "audit.extension_stripped": "run_id source sender extract_date file_name resource_type place url records "
    "extensions",
    "audit.objection_check": "run_id product request_id asked_on numbers_asked reply_on reply_lapses_on "
    "numbers_allowed reply_sha256 restricted_codes people_in people_out",
    "core.person_history": "person_key birth_month age_years sex ethnic_category ethnic_group lsoa_code "
    "imd_decile imd_version local_authority_code practice_code pcn_code is_registered death_month "
    "is_deceased age_band generalised_level published_from published_until",
    "core.practice_history": "person_key practice_code pcn_code published_from published_until",
    "core.registration_history": "registration_key person_key practice_code start_date end_date sender "
    "published_from published_until",
    "core.condition_history": "person_key condition_id condition_name first_recorded_on latest_recorded_on "
    "is_current is_long_term sources published_from published_until",
    "core.care_package_history": "care_package_key person_key sender service_type service_component "
    "delivery_mechanism start_date end_date weekly_cost_gbp one_off_cost_gbp client_type "
    "primary_support_reason event_outcome published_from published_until",
    "wsic.population_segment_history": "person_key segment_id segment_name rule_version reason "
    "published_from published_until",
    "wsic.risk_stratification_history": "person_key model_id variant model_version model_trained_on score "
    "band drivers score_before is_rising thresholds_met published_from published_until",
    "meta.history_table": "table_name history_of begins_on",
    "meta.data_dictionary": "table_name column_name type meaning handling source_columns sources legal_bases "
    "purposes",
    "meta.handling_register": "layer source format file_name column_name kind handling purposes legal_bases "
    "leaves_as meaning",
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Everything that the project may have: with what is built only where the law allows it."""
    return parsed(tmp_path_factory.mktemp("dbt"), *whole_system.ARGUMENTS)


def parsed(work: Path, *arguments: str) -> dict[str, Any]:
    """The manifest of a parse; nothing is built and nothing is read."""
    environ = dbt.environment(
        pseudonymised=work, warehouse=work / "parsed.duckdb", product="secondary_use",
        memory_limit="1GB", home=work,
    )  # fmt: skip
    assert dbt.run(["parse", *arguments], environ=environ, work=work) == 0
    found: dict[str, Any] = json.loads((work / "target" / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def published(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Published models by schema and name."""
    return {
        f"{node['schema']}.{node['name']}": node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["path"].startswith("published/")
    }


def test_the_contract_is_published_in_full(published: dict[str, dict[str, Any]]) -> None:
    assert set(published) == set(CONTRACT)
    missing = {name: set(CONTRACT[name].split()) - set(node["columns"]) for name, node in published.items()}
    assert {name: columns for name, columns in missing.items() if columns} == {}


def test_every_published_model_is_public_and_its_contract_enforced(
    published: dict[str, dict[str, Any]],
) -> None:
    for name, node in published.items():
        assert (node["access"], node["config"]["materialized"]) == ("public", "table"), name
        assert node["config"]["contract"]["enforced"], name


def test_every_published_column_says_what_it_is_and_how_it_was_handled(
    published: dict[str, dict[str, Any]],
) -> None:
    for name, node in published.items():
        for column in node["columns"].values():
            marks = column["config"]["meta"]
            assert column["description"] and column["data_type"], (name, column["name"])
            assert marks["handling"] in MAY_LEAVE and marks["source_columns"], (name, column["name"])


def test_the_documentation_page_shows_every_published_column_and_reaches_nobody(
    manifest: dict[str, Any], published: dict[str, dict[str, Any]]
) -> None:
    page = docs_page.page(Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8"), manifest)
    assert "connect-src 'none'" in page[: page.index("</head>")]
    assert "INLINE DATA" not in page
    shown = docs_page.catalog(manifest)["nodes"]
    assert {node["unique_id"] for node in published.values()} == set(shown)
    for node in published.values():
        columns = shown[node["unique_id"]]["columns"]
        assert {name: column["type"] for name, column in columns.items()} == {
            name: column["data_type"] for name, column in node["columns"].items()
        }
        # What dbt's page shows of a column is its own mark, not that of its config.
        assert all(
            set(column["meta"]) >= {"handling", "source_columns"} for column in node["columns"].values()
        )


def test_the_documentation_page_begins_with_where_to_look(
    manifest: dict[str, Any], published: dict[str, dict[str, Any]]
) -> None:
    begins = manifest["docs"]["doc.wsic.__overview__"]["block_contents"]
    assert {node["schema"] for node in published.values()} <= set(re.findall(r"`(\w+)`", begins))


def test_every_published_model_has_a_unit_test(
    manifest: dict[str, Any], published: dict[str, dict[str, Any]]
) -> None:
    tested = {unit["model"] for unit in manifest["unit_tests"].values()}
    assert {node["name"] for node in published.values()} <= tested


def test_what_serves_one_product_alone_says_so_to_dbt_to_the_contract_and_to_the_gate(
    manifest: dict[str, Any], published: dict[str, dict[str, Any]]
) -> None:
    """dbt leaves models out by ``only_in``; what is published, and described, goes by their purpose."""
    only_in = {}
    for node in (node for node in manifest["nodes"].values() if node["resource_type"] == "model"):
        meta = node["config"]["meta"]
        named = sorted(set(meta.get("purpose", [])) & set(PRODUCTS))
        assert meta.get("only_in") == (named[0] if len(named) == 1 else None), node["name"]
        only_in[f"{node['schema']}.{node['name']}"] = meta.get("only_in")
    assert {name: only_in[name] for name in published if only_in[name]} == dict(ONLY_IN)


def test_every_code_list_that_a_rule_of_care_asks_for_is_there() -> None:
    """Without its list a process would be due for everybody; fct_coded_care reads lists called care_*."""
    with (PROJECT / "seeds" / "care_rules.csv").open(encoding="utf-8", newline="") as file:
        rules = list(csv.DictReader(file))
    asked = {row["codelist"] for row in rules if row["codelist"]}
    with STARTER_CODELISTS.open(encoding="utf-8", newline="") as file:
        assert asked <= {row["codelist"] for row in csv.DictReader(file)}
    assert asked and all(name.startswith("care_") for name in asked)
    assert all(row["source"] for row in rules)


def test_every_description_begins_with_the_grain(manifest: dict[str, Any]) -> None:
    described = [*manifest["nodes"].values(), *manifest["sources"].values()]
    kinds = ("model", "seed", "source")
    without = [
        node["name"]
        for node in described
        if node["resource_type"] in kinds and not node["description"].startswith("One row")
    ]
    assert without == []


def test_layers_read_only_what_they_may(manifest: dict[str, Any]) -> None:
    """Published reads marts and seeds; staging reads sources; only the unions read all sources."""
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model":
            continue
        layer, parents = node["fqn"][1], [parent.split(".") for parent in node["depends_on"]["nodes"]]
        for kind, _, name, *_rest in parents:
            if layer == "published":
                assert kind == "seed" or name.startswith(("dim_", "fct_", "bridge_")), (node["name"], name)
            if layer == "staging":
                assert kind == "source", (node["name"], name)
            else:
                assert kind != "source", (node["name"], name)


def test_of_the_whole_system_variant_nothing_is_there_unless_the_night_says_so(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    shipped = parsed(tmp_path)
    kinds = ("nodes", "unit_tests")
    more = {name for kind in kinds for name in set(manifest[kind]) - set(shipped[kind])}
    assert all(set(shipped[kind]) <= set(manifest[kind]) for kind in kinds)
    assert more and all("whole_system" in name for name in more)
    assert not [
        name for name, node in shipped["nodes"].items() if "whole_system" in node["name"] and name in more
    ]
    assert not [parent for parents in shipped["parent_map"].values() for parent in parents if parent in more]


def test_the_whole_system_variant_reads_the_tables_that_its_law_is_asked_about(
    manifest: dict[str, Any],
) -> None:
    read, waiting = set(), ["model.wsic.fct_risk_features_whole_system"]
    while waiting:
        waiting += manifest["parent_map"][here := waiting.pop()]
        if here.startswith("source."):
            read.add(tuple(here.split(".")[2:4]))
    others = {
        (source, table) for source, table in read if source not in ("gp", "acute", "reference", "ledger")
    }
    assert others == set(whole_system.READS)


def test_every_entity_of_the_register_is_read_from_every_source(manifest: dict[str, Any]) -> None:
    read = {(source["source_name"], source["name"]) for source in manifest["sources"].values()}
    wanted = {(word, name) for word in SOURCE_WORDS for name in entities() if name not in NOT_READ}
    assert wanted == {(source, name) for source, name in read if source in SOURCE_WORDS}


def test_what_the_project_lists_by_source_and_format_is_what_the_connectors_declare() -> None:
    """dbt sees no connector: its lists of source words and formats are held to the declarations here."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert tuple(project["vars"]["source_words"]) == SOURCE_WORDS
    with (PROJECT / "seeds" / "feed_formats.csv").open(encoding="utf-8", newline="") as file:
        listed = [row["feed"] for row in csv.DictReader(file)]
    declared = [format_.name for source in registry.SOURCES.values() for format_ in source.formats]
    assert sorted(listed) == sorted(declared)


def test_no_test_is_lost_between_the_yml_and_the_manifest(manifest: dict[str, Any]) -> None:
    written = sum(_data_tests(content) for content in _ymls().values())
    units = sum(len(content.get("unit_tests", [])) for content in _ymls().values())
    singular = len(list((PROJECT / "tests").glob("*.sql")))
    known = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert len(known) == written + singular
    assert len(manifest["unit_tests"]) == units


def test_no_yml_key_is_misspelt() -> None:
    unknown = [(path.name, *found) for path, content in _ymls().items() for found in _unknown_keys(content)]
    assert unknown == []


def test_a_misspelt_yml_key_is_found() -> None:
    content = yaml.safe_load("models: [{name: a, columns: [{name: b, data_test: [unique]}]}]")
    assert list(_unknown_keys(content)) == [("columns", "data_test")]


def test_no_python_package_lies_in_the_dbt_project() -> None:
    assert list(PROJECT.rglob("__init__.py")) == []


def _ymls() -> dict[Path, dict[str, Any]]:
    paths = [*(PROJECT / "models").rglob("*.yml"), *(PROJECT / "seeds").rglob("*.yml")]
    assert paths, "no yml found: the project has moved"
    return {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


def _unknown_keys(content: Any, kind: str = "file") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if key not in KNOWN_KEYS[kind]:
            yield kind, key
        elif key in KNOWN_KEYS and isinstance(value, list):
            for item in value:
                yield from _unknown_keys(item, key)


def _data_tests(content: Any) -> int:
    if isinstance(content, list):
        return sum(_data_tests(item) for item in content)
    if not isinstance(content, dict):
        return 0
    return sum(
        len(value) if key == "data_tests" else _data_tests(value)
        for key, value in content.items()
        if key != "unit_tests"
    )
