"""Radar, gaps in care and the two work lists: what they rest on is there, and nothing is of tomorrow."""

from __future__ import annotations

from expectations.results import CRITICAL
from expectations.rules import Suite, distinct, each_row

SUITE = Suite(
    word="published.care_lists",
    rules=(
        distinct(
            "flag_once",
            CRITICAL,
            "a flag of the radar is up once for a person",
            table="wsic.patient_radar",
            key="person_key || flag_id",
        ),
        each_row(
            "flag_has_its_evidence",
            CRITICAL,
            "a flag of the radar counted at least as much as its threshold asks for, and is not of tomorrow",
            table="wsic.patient_radar",
            failed="n_events is null or n_events < coalesce(n_at_least, 0) or since > getvariable('as_of') "
            "or (n_events > 0 and (since is null or last_event_on is null))",
            place="flag_id",
        ),
        distinct(
            "gap_once",
            CRITICAL,
            "a process of care is judged once for a person",
            table="wsic.gap_in_care",
            key="person_key || measure_id",
        ),
        each_row(
            "gap_says_done_or_due",
            CRITICAL,
            "a process of care that is done says when, and one that is due is not due only from tomorrow",
            table="wsic.gap_in_care",
            failed="is_done is null or last_done_on > getvariable('as_of') "
            "or due_since > getvariable('as_of') "
            "or (is_done and (last_done_on is null or due_since is not null))",
            place="measure_id",
        ),
        each_row(
            "work_lists_of_the_registered",
            CRITICAL,
            "whoever is on the radar, in a gap or on a practice's list is registered, and with that practice",
            table="listed_person",
            relation="(select b.place, b.practice_code, coalesce(p.is_registered, false) as is_registered, "
            "p.practice_code as registered_with from {batch} as b "
            "left join core.person as p on b.person_key = p.person_key)",
            failed="not is_registered or practice_code <> registered_with",
            place="place",
        ),
        each_row(
            "alert_is_new_and_says_the_care",
            CRITICAL,
            "an alert is of the days since the night before or of what was told since, and names the care",
            table="alert_row",
            failed="\"at\"::date > getvariable('as_of') or coalesce(care_services, '') = '' "
            "or care_since is null or care_since > \"at\"::date or coalesce(recipient_org_code, '') = ''",
            place="alert_id",
        ),
    ),
)
