"""What the answers of the query book must agree with: for each question something that is asked of its
answer, and a query that comes to the same numbers by another way, of other tables where there are some."""

from __future__ import annotations

from collections.abc import Mapping

from tests.pseudonymised_fixtures import AS_OF

_REGISTERED = "select count(*) from core.person where is_registered"
_OF_ALL = "from wsic.metric where area_type = 'system' and group_type = 'all' and metric_id = "

CHECKS: Mapping[str, tuple[str, str]] = {
    "people.md#segments-tonight": ("sum(people)", _REGISTERED),
    "people.md#segment-moves": (
        "sum(net)",
        "select count(*) filter (where month = newest)"
        " - count(*) filter (where month = newest - interval 12 month)"
        " from (select *, max(month) over () as newest from wsic.population_segment_month"
        " where scheme_id = 'ten_groups')",
    ),
    "people.md#register-prevalence-by-deprivation": (
        "sum(on_register), sum(people), round(sum(expected_on_register))",
        "select count(*) filter (where is_on_register), count(*), count(*) filter (where is_on_register)"
        " from core.person left join (from wsic.disease_register where register_id = 'diabetes')"
        " using (person_key) where is_registered and (age_band is null or age_band not in ('0-4', '5-17'))",
    ),
    "people.md#risk-bands-tonight": (
        "sum(people) filter (where band in ('very_high', 'high')), sum(people)",
        "select ceil(count(*) * 0.05), count(*) from core.person where is_registered",
    ),
    "people.md#what-the-top-five-per-cent-used": (
        "sum(people)",
        f"select denominator {_OF_ALL} 'emergency_admissions' and period_type = 'month'"
        " and period_end = (select max(period_end) from wsic.risk_band_cost)",
    ),
    "people.md#frailty-in-care-homes": (
        "sum(people)",
        "select count(*) from wsic.integrated_care_summary where care_package similar to "
        "'.*Long Term Support: (Nursing|Residential) Care.*'",
    ),
    "hospital.md#long-stays": (
        "sum(in_hospital)",
        "select count(*) from core.activity where activity_type = 'inpatient_spell' and end_at is null"
        " and activity_key in (select spell_key from core.hospital_spell where patient_classification = '1')",
    ),
    "hospital.md#readmissions-by-network": (
        "sum(stays), sum(readmitted)",
        f"select sum(denominator), sum(numerator) {_OF_ALL} 'emergency_readmissions_30_day'"
        " and period_type = 'financial_year'",
    ),
    "hospital.md#discharge-delays": (
        "sum(delay_days)",
        "select sum(n) from (select unnest(range(0, discharged_on - discharge_ready_on)) * 0 + 1 as n"
        f" from core.hospital_spell where discharged_on > date '{AS_OF}' - interval 1 year"
        " and (discharge_method is null or discharge_method not in ('4', '5')))",
    ),
    "hospital.md#frequent-attenders": (
        "sum(people), sum(unplanned_attendances)",
        "select count(*), sum(n) from (select person_key, count(*) as n from core.activity"
        " where activity_type = 'emergency_attendance' and is_emergency"
        f" and start_at::date > date '{AS_OF}' - interval 1 year group by all having count(*) >= 5)"
        " semi join (from core.person where is_registered) using (person_key)",
    ),
    "hospital.md#emergency-admissions-at-65-and-over": (
        "sum(admissions), sum(people_65_and_over)",
        f"select sum(numerator), sum(denominator) {_OF_ALL} 'emergency_admissions_65_plus'"
        " and period_type = 'financial_year'",
    ),
    "care.md#diabetes-eight-processes-by-practice": (
        "sum(people_with_diabetes), sum(all_eight_done)",
        "select count(*), count(*) filter (where is_all) from (select bool_and(is_done) as is_all"
        " from wsic.gap_in_care where part_of_measure_id = 'diabetes_eight_care_processes'"
        " group by person_key)",
    ),
    "care.md#long-term-social-care-by-borough": (
        "sum(people_with_support)",
        f"select numerator {_OF_ALL} 'long_term_social_care_65_plus' and period_type = 'month'"
        " order by period_start desc limit 1",
    ),
    "care.md#home-care-and-admission": (
        "sum(people), sum(admitted)",
        "select count(*), count(*) filter (where person_key in (select person_key from core.hospital_spell"
        " where is_emergency and patient_classification in ('1', '2', '5')"
        f" and admitted_on > date '{AS_OF}' - interval 1 year)) from core.person"
        " where is_registered and (age_band is null or age_band in ('65-74', '75-84', '85+'))",
    ),
    "care.md#services-used-together": ("sum(people)", _REGISTERED),
    "money.md#cost-concentration": (
        "max(people) filter (where scope = 'all'), max(cost_gbp) filter (where scope = 'all')",
        "select sum(people), round(sum(actual_cost_gbp)) from wsic.capitation_budget"
        " where area_type = 'system'",
    ),
    "money.md#capitation-budget-and-actual": ("sum(people)", _REGISTERED),
    "money.md#what-if": (
        "sum(net_cost_gbp) filter (where unit is null)",
        "select round(net_cost_gbp) from wsic.service_shift"
        " where area_type = 'system' and service_id = 'all'",
    ),
    "trust.md#coverage-map": (
        "sum(areas_complete + areas_partial + areas_missing)",
        "select count(*) from wsic.metric where period_type = 'month' and group_type = 'all'"
        f" and area_type in ('borough', 'pcn', 'practice') and period_end > date '{AS_OF}' - interval 1 year",
    ),
    "trust.md#how-much-linking-matters": (
        "count(*), count(*) filter (where value < value_low or value > value_high)",
        "select count(distinct (metric_id, period_start)), 0 from wsic.metric"
        " where period_type = 'financial_year'",
    ),
    "trust.md#as-it-was-published": (
        "sum(people_tonight), sum(people_as_published)",
        "select count(*), count(*) from wsic.population_segment",
    ),
    "trust.md#row-accounts": (
        "sum(received), sum(unaccounted_for), sum(files_not_balanced)",
        "select sum(rows_in), 0, 0 from audit.file_outcome",
    ),
    "trust.md#why-a-row-is-not-there": (
        "sum(n_rows) filter (where step = 'withheld'), count(*) filter (where step = 'quarantined')",
        "select sum(rows_withheld), count(*) filter (where stage = 'landing' and rows_quarantined > 0)"
        " from audit.reconciliation",
    ),
    "care-teams.md#list-of-a-practice": (
        "count(*)",
        "select count(*) from wsic.mdt_list group by practice_code order by practice_code limit 1",
    ),
    "care-teams.md#alerts": ("count(*)", "select count(*) from wsic.alert"),
    "care-teams.md#radar-of-a-practice": ("sum(people)", "select count(*) from wsic.patient_radar"),
    "care-teams.md#top-five-per-cent-over-the-months": (
        "max_by(people, month)",
        "select count(*) from wsic.risk_stratification"
        " where variant = 'hospital_gp' and band in ('very_high', 'high')",
    ),
}
"""By question; a number of the answer may differ by 1 where the book rounds what it adds up."""
