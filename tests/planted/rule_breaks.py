"""Every rule on a product broken once: suite -> rule -> what is planted, in SQL on a product's database.

What no SQL on the database alone can break has an empty text, and a test of its own beside the others:
what the identity room finds (``published.index_leaks``), and what another product shows.
"""

from __future__ import annotations

_SNEAK = "update core.activity set treatment_function_code = {0} where activity_key = sha256('activity0')"

BREAKS: dict[str, dict[str, str]] = {
    "published.contract": {
        "contract_columns_present": "alter table core.activity drop column cost_is_proxy",
        "tables_not_empty": "delete from quality.feed_coverage",
        "columns_documented": "alter table core.person add column ward varchar",
        "handling_lets_it_leave": "update meta.data_dictionary set handling = 'identifier' where "
        "column_name = 'sex'",
        "no_table_of_another_product": "create table wsic.alert (person_key varchar)",
        "no_identifying_column": "alter table core.person rename column sex to gp_surname",
    },
    "published.people": {
        "person_once": "insert into core.person select * from core.person limit 1",
        "person_key_is_pseudonym": "update core.registration set person_key = 'r17' where person_key = "
        "sha256('person0')",
        "person_known": "delete from core.person where person_key = sha256('person0')",
        "person_released": "insert into core.person select * replace (sha256('objector') as "
        "person_key) from core.person limit 1",
        "released_person_present": "delete from core.person where person_key = sha256('person0')",
        "products_cannot_be_joined": "",
        "people_not_lost": "delete from core.person where age_years > 10",
        "practice_lists_not_lost": "update quality.practice_reconciliation set registered_people = 4499 "
        "where practice_code = 'E84001'",
        "practice_lists_agree": "update quality.practice_reconciliation set is_passed = false where "
        "practice_code = 'E84001'",
        "months_not_days": "update core.person set birth_month = date '1950-01-17'",
        "registered_people_have_a_segment": "delete from wsic.population_segment "
        "where person_key = sha256('person0')",
    },
    "published.activity": {
        "activity_once": "insert into core.activity select * from core.activity limit 1",
        "spell_once": "insert into core.hospital_spell select * from core.hospital_spell limit 1",
        "activity_words_known": "update core.activity set setting = 'hospital'",
        "activity_not_in_future": "update core.activity set start_at = timestamp '2026-04-01 00:00:00'",
        "activity_dated": "update core.activity set start_at = null",
        "cost_has_a_source": "update core.activity set cost_gbp = 0, cost_source = 'none'",
        "spell_dates_in_order": "update core.hospital_spell set discharged_on = date '2020-01-01'",
    },
    "published.metrics": {
        "metric_once": "insert into wsic.metric select * from wsic.metric limit 1",
        "value_null_without_denominator": "update wsic.metric set value = 0 where denominator = 0",
        "counts_not_negative": "update wsic.metric set numerator = -1",
        "part_not_above_whole": "update wsic.metric set numerator = 101 where unit = 'per cent'",
        "value_inside_its_range": "update wsic.metric set value_low = value + 1, value_high = value + 2",
        "metric_words_known": "update wsic.metric set coverage = 'good'",
        "metrics_where_people_are": "delete from wsic.metric where area_type = 'system'",
    },
    "published.care_lists": {
        "flag_once": "insert into wsic.patient_radar select * from wsic.patient_radar limit 1",
        "flag_has_its_evidence": "update wsic.patient_radar set n_events = n_at_least - 1",
        "gap_once": "insert into wsic.gap_in_care select * from wsic.gap_in_care limit 1",
        "gap_says_done_or_due": "update wsic.gap_in_care set due_since = date '2026-04-01' where not is_done",
        "work_lists_of_the_registered": "update core.person set is_registered = false where person_key = "
        "sha256('person0')",
        "alert_is_new_and_says_the_care": "create table wsic.alert as select 'admitted' as alert_id, "
        "timestamp '2026-03-31 09:00:00' as \"at\", '' as care_services, date '2025-01-01' as care_since, "
        "'RYJ' as recipient_org_code",
    },
    "published.audit": {
        "reconciliation_balances": "update audit.reconciliation set rows_out = rows_out - 1 where stage = "
        "'landing'",
        "stages_follow_one_another": "update audit.reconciliation set rows_in = 399, rows_out = 399 where "
        "stage = 'published'",
        "this_run_recorded": "delete from audit.run",
        "published_files_accounted": "update audit.reconciliation set file_name = 'OP.csv'",
    },
    "published.leaks": {
        "no_nhs_number": _SNEAK.format("'seen: 999 000 0018, x'"),
        "no_postcode": _SNEAK.format("'at HA1 3UJ'"),
        "no_email": _SNEAK.format("'a.person@example.org'"),
        "no_telephone": _SNEAK.format("'020 7946 0018'"),
        "no_free_text": _SNEAK.format("repeat('Told her daughter ', 9)"),
        "no_birth_date": _SNEAK.format("'born 17/05/1950'"),
    },
    "published.k_anonymity": {
        "nobody_stands_out": "update core.person set ethnic_category = 'M' where person_key = "
        "sha256('person0')",
        "k_anonymity_measured": "delete from quality.k_anonymity where stage = 'after'",
    },
    "published.index_leaks": dict.fromkeys(
        (
            "no_nhs_number",
            "no_encoded_number",
            "no_hashed_number",
            "no_name",
            "no_postcode",
            "no_key",
            "no_own_birth_date",
        ),
        "",
    ),
}
