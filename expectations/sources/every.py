"""Rules that hold in every source: ids, people, dates, volume."""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Rule, each_row, tallied
from expectations.thresholds import SHARE_COLLAPSE, VOLUME_COLLAPSE, VOLUME_FALL

_BIRTH_CANNOT_BE = "birth_on > getvariable('as_of') or birth_on < getvariable('as_of') - interval 130 years"
_BIRTH_IS_WRONG = f"birth_on is null or {_BIRTH_CANNOT_BE}"
_PLACE = "sender || ' ' || kind"


def _event(rule_id: str, severity: str, meaning: str, failed: str) -> tuple[Rule, Rule]:
    """The rule as a warning on every event, and as a critical one on its collapse."""
    return (
        tallied(
            rule_id, severity, meaning, table="event_tally", checked="events", failed=failed, place=_PLACE
        ),
        tallied(
            f"{rule_id}_collapse",
            CRITICAL,
            f"{meaning}: more than single mistakes",
            table="event_tally",
            checked="events",
            failed=failed,
            place=_PLACE,
            limit=SHARE_COLLAPSE,
        ),
    )


IDS = (
    tallied(
        "ids_unique",
        CRITICAL,
        "a resource id stands once within its sender and type",
        table="id_tally",
        checked="rows",
        failed="repeated",
        place="sender || ' ' || resource_type",
    ),
    each_row(
        "one_patient_a_record",
        CRITICAL,
        "a patient's record id has one Patient row within its sender",
        table="patient",
        relation="(select sender, record_id, count(*) as n from {batch} group by all)",
        failed="n > 1 or record_id is null",
    ),
)

_PERSON = (
    each_row(
        "death_after_birth",
        WARNING,
        "a death date is not before the birth date and not after the run's date",
        table="patient",
        checked="death_on is not null",
        failed="death_on < birth_on or death_on > getvariable('as_of')",
    ),
    each_row(
        "number_agrees_with_status",
        WARNING,
        "status 01 has an NHS number, 07 has none, and the status is one of 01 to 08 "
        "(NHS Data Dictionary, NHS NUMBER STATUS INDICATOR CODE)",
        table="patient",
        checked="number_status is not null",
        failed="number_status not in ('01', '02', '03', '04', '05', '06', '07', '08') "
        "or (number_status = '01' and nhs_number is null and not is_restricted) "
        "or (number_status = '07' and nhs_number is not null)",
    ),
)


def _births(where: str, checked: str, failed: str) -> tuple[Rule, Rule]:
    return (
        each_row(
            "birth_date_plausible",
            WARNING,
            f"a birth date {where}, not after the run's date and not over 130 years before it",
            table="patient",
            checked=checked,
            failed=failed,
        ),
        each_row(
            "birth_date_plausible_collapse",
            CRITICAL,
            f"a birth date {where} and plausible: more than single mistakes",
            table="patient",
            checked=checked,
            failed=failed,
            limit=SHARE_COLLAPSE,
        ),
    )


PEOPLE = (*_births("is present", "true", _BIRTH_IS_WRONG), *_PERSON)
PEOPLE_NOT_ALWAYS_ASKED = (
    *_births("is, where one was got", "birth_on is not null", _BIRTH_CANNOT_BE),
    *_PERSON,
)
"""Of a source whose senders meet people who cannot say who they are."""

EVENTS = (
    *_event("patient_known", WARNING, "an event's patient came from the same sender", "of_unknown_patient"),
    *_event("event_not_in_future", WARNING, "an event is not dated after the run's date", "in_future"),
    *_event(
        "event_not_before_birth", WARNING, "an event is not dated before the patient's birth", "before_birth"
    ),
    tallied(
        "event_not_after_death",
        WARNING,
        "no activity is dated more than 28 days after the patient's death",
        table="event_tally",
        checked="events",
        failed="after_death",
        place=_PLACE,
    ),
)

VOLUME = (
    each_row(
        "people_not_fewer",
        WARNING,
        "the source has at least 80% of the people it had in the last run",
        table="patient",
        failed="false",
        limit=VOLUME_FALL,
    ),
    each_row(
        "people_not_halved",
        CRITICAL,
        "the source has at least half of the people it had in the last run",
        table="patient",
        failed="false",
        limit=VOLUME_COLLAPSE,
    ),
)


def rules(*, people: tuple[Rule, ...] = PEOPLE) -> tuple[Rule, ...]:
    """The rules of every source, with those on ``people`` that fit its senders."""
    return (*IDS, *people, *EVENTS, *VOLUME)


RULES = rules()
