"""The published contract: which tables and columns must be there, and nothing undocumented beside.

Columns may be added, never renamed; an added column is in ``meta.data_dictionary`` or the product
is not published, since a column nobody described is a column nobody decided to let out.
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.results import CRITICAL
from expectations.rules import Suite, each_row, tallied

TABLES: Mapping[str, str] = {
    "core.person": "person_key birth_month age_years sex ethnic_category ethnic_group lsoa_code imd_decile "
    "imd_version local_authority_code practice_code pcn_code is_registered death_month "
    "is_deceased age_band generalised_level",
    "core.registration": "person_key practice_code start_date end_date",
    "core.activity": "activity_key person_key source sender setting activity_type start_at end_at "
    "provider_code "
    "is_attended is_emergency length_of_stay_days primary_diagnosis_code treatment_function_code cost_gbp "
    "cost_source cost_is_proxy source_file_id",
    "core.hospital_spell": "spell_key inpatient_spell_group person_key provider_code admitted_on "
    "discharged_on "
    "discharge_ready_on admission_method source_of_admission discharge_method discharge_destination "
    "patient_classification spell_hrg",
    "core.hospital_episode": "episode_key spell_key episode_number treatment_function_code",
    "core.diagnosis": "activity_key person_key code_system code position recorded_on",
    "core.procedure": "activity_key person_key code_system code position recorded_on",
    "core.condition": "person_key condition_id first_recorded_on latest_recorded_on is_current sources",
    "core.observation": "person_key code code_system effective_on value unit",
    "core.medication": "person_key",
    "core.referral": "person_key",
    "core.care_package": "person_key service_type service_component delivery_mechanism start_date end_date "
    "weekly_cost_gbp",
    "core.ambulance_incident": "incident_key person_key sender provider_code called_at contact_source "
    "response_category incident_outcome attendance_activity_key attendance_matched_by "
    "attendance_missing_reason cost_gbp cost_source cost_is_proxy source_file_id",
    "quality.ambulance_match": "counted sender month_start incident_outcome result n",
    "core.person_source": "person_key source sender link_step link_confidence",
    "wsic.population_segment": "person_key as_of segment_id segment_name rule_version reason "
    "previous_segment_id previous_until_month evidence_on",
    "wsic.bridges_to_health": "person_key as_of segment_id segment_name rule_version reason "
    "previous_segment_id previous_until_month evidence_on",
    "wsic.population_segment_month": "person_key scheme_id month segment_id rule_version reason "
    "previous_segment_id previous_until_month evidence_on is_age_of_night",
    "wsic.segment_move": "month scheme_id from_segment_id to_segment_id people rule_version",
    "wsic.integrated_care_summary": "person_key",
    "wsic.care_timeline": "person_key at setting what where",
    "wsic.metric": "metric_id metric_version period_type period_start period_end area_type area_code "
    "group_type group_value "
    "numerator denominator value unit value_low value_high coverage numerator_measure denominator_measure "
    "n_numerator_people numerator_largest n_denominator_people denominator_largest",
    "wsic.patient_radar": "person_key flag_id since evidence_activity_key flag_name n_events last_event_on "
    "n_at_least",
    "wsic.gap_in_care": "person_key measure_id due_since last_done_on measure_name is_done because "
    "evidence_activity_key",
    "wsic.mdt_list": "practice_code month person_key reasons risk_band risk_method since",
    "wsic.alert": "person_key at alert_id recipient_org_code evidence_activity_key recipient_type "
    "provider_code care_services care_since",
    "wsic.risk_stratification": "person_key as_of model_id model_version score band population_percentile "
    "drivers variant model_trained_on score_before is_rising thresholds_met",
    "wsic.risk_model": "variant model_id model_version trained_on reference_day tried_on split people "
    "admitted intercept calibration_slope calibration_intercept seed library",
    "wsic.risk_model_card": "variant model_id model_version measure group_type group_value people value",
    "wsic.clinical_score": "person_key as_of score_id score_version value category evidence evidence_on "
    "n_components n_components_told n_components_in_all is_complete note",
    "wsic.disease_register": "person_key as_of register_id register_name is_on_register reason "
    "is_in_remission first_recorded_on latest_recorded_on sources",
    "wsic.lace": "spell_key person_key discharged_on length_points acuity_points comorbidity_points "
    "visit_points lace_score is_high_risk",
    "wsic.population_count": "area_type area_code age_band sex segment_id segment_name people",
    "wsic.area_overlap": "period_type period_start period_end borough_code pcn_code people",
    "wsic.cost_per_person": "person_key financial_year setting cost_gbp",
    "wsic.resource_concentration": "scope top_share_of_people people cost_gbp share_of_cost least_cost_gbp",
    "wsic.service_overlap": "area_type area_code settings people cost_gbp share_of_people share_of_cost",
    "wsic.pathway_flow": "from_setting to_setting within_days people transitions",
    "wsic.capitation_budget": "segment_id area_type area_code people person_years average_cost_gbp "
    "budget_gbp segment_name adjusted_budget_gbp actual_cost_gbp cost_ratio proxy_cost_gbp n_uncosted "
    "shadow_year shadow_person_years shadow_average_cost_gbp shadow_budget_gbp shadow_actual_cost_gbp",
    "wsic.risk_band_cost": "period_start period_end area_type area_code risk_band setting people "
    "share_of_people people_using n_contacts n_emergency_attendances n_emergency_admissions n_bed_days "
    "cost_gbp share_of_cost average_cost_gbp proxy_cost_gbp n_uncosted "
    "model_id model_version model_trained_on",
    "wsic.service_shift": "scenario_id scenario_name area_type area_code service_id service_name setting "
    "unit activity_before activity_after unit_cost_gbp cost_before_gbp cost_after_gbp net_cost_gbp",
    "quality.feed_coverage": "as_of source sender feed expected_on last_extract_on is_late rows_in coverage",
    "quality.rule_result": "run_id suite rule_id severity rows_checked rows_failed is_passed",
    "quality.practice_reconciliation": "as_of practice_code registered_people registered_people_before "
    "sender_count is_closed is_passed",
    "quality.linkage": "run_id source sender link_step group_type group_value records people "
    "estimated_missed "
    "estimated_false",
    "quality.linkage_control": "run_id control_id meaning link_step links_tried conflicts conflicts_if_false "
    "false_share false_share_high",
    "quality.linkage_drift": "run_id as_of profile source value records people share share_before "
    "share_change nights_before stability_index",
    "quality.k_anonymity": "run_id as_of table_name stage quasi_identifiers k classes smallest_class people "
    "people_below people_generalised is_enforced",
    "audit.run": "run_id as_of started_at ended_at outcome code_version key_ids",
    "audit.file_outcome": "run_id source sender extract_date file_name file_sha256 rows_in rows_landed "
    "rows_quarantined outcome",
    "audit.reconciliation": "run_id source sender file_name stage rows_in rows_out rows_quarantined "
    "rows_withheld "
    "rows_superseded is_balanced",
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
ONLY_IN: Mapping[str, str] = {
    "wsic.mdt_list": "direct_care",
    "wsic.alert": "direct_care",
    "core.person_history": "direct_care",
    "wsic.risk_stratification_history": "direct_care",
    "wsic.resource_concentration": "secondary_use",
    "wsic.service_overlap": "secondary_use",
    "wsic.pathway_flow": "secondary_use",
    "wsic.capitation_budget": "secondary_use",
    "wsic.risk_band_cost": "secondary_use",
    "wsic.service_shift": "secondary_use",
}
"""Tables of one product alone: lists of people to act on, and histories that would tell analysts what every
single night leaves out, are for those who care for these people; budgets and the planning of services for
those who plan."""


def tables_of(product: str) -> Mapping[str, str]:
    """The tables of the contract that stand in ``product``, with their columns."""
    return {name: columns for name, columns in TABLES.items() if ONLY_IN.get(name, product) == product}


NEVER_EMPTY = (
    "core.person",
    "core.person_source",
    "audit.run",
    "audit.file_outcome",
    "audit.reconciliation",
    "meta.data_dictionary",
    "quality.feed_coverage",
)
# Words of columns that would hold identity, whatever the dictionary says of them.
IDENTIFYING_NAMES = (
    r"(^|_)(nhs_number|nhs_no|surname|forename|given_name|family_name|first_name|last_name|full_name|"
    r"birth_date|date_of_birth|dob|postcode|post_code|address|email|telephone|phone|mobile|uprn|record_id|"
    r"person_id|patient_id|local_patient_id)($|_)"
)
LEAVING = ("keep", "generalise", "pseudonymise")

_COLUMN = "table_schema || '.' || table_name || '.' || column_name"
_ELSEWHERE = " or ".join(
    f"(table_schema || '.' || table_name = '{table}' and getvariable('product') is distinct from '{product}')"
    for table, product in ONLY_IN.items()
)

SUITE = Suite(
    word="published.contract",
    rules=(
        each_row(
            "contract_columns_present",
            CRITICAL,
            "every table and column of the contract is there",
            table="contract_column",
            failed="not is_present",
            place=_COLUMN,
        ),
        tallied(
            "tables_not_empty",
            CRITICAL,
            "tables that every night fills have rows",
            table="contract_table",
            checked="tables",
            failed="empty",
            place="table_name",
        ),
        each_row(
            "columns_documented",
            CRITICAL,
            "no published column is missing from meta.data_dictionary",
            table="published_column",
            failed="handling is null",
            place=_COLUMN,
        ),
        each_row(
            "handling_lets_it_leave",
            CRITICAL,
            "every published column's handling is one that lets it leave: keep, generalise or pseudonymise",
            table="published_column",
            checked="handling is not null",
            failed="handling not in (" + ", ".join(f"'{word}'" for word in LEAVING) + ")",
            place=_COLUMN,
        ),
        each_row(
            "no_table_of_another_product",
            CRITICAL,
            "no table stands in a product that it is not for",
            table="published_column",
            failed=_ELSEWHERE,
            place=_COLUMN,
        ),
        each_row(
            "no_identifying_column",
            CRITICAL,
            "no published column is named as an identifier",
            table="published_column",
            failed=f"regexp_matches(lower(column_name), '{IDENTIFYING_NAMES}')",
            place=_COLUMN,
        ),
    ),
)
