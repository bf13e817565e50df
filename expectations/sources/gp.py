"""General practice: registrations carry every denominator, so they are looked at first."""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Suite, each_row
from expectations.sources import every, numbers
from expectations.thresholds import HALF, NUMBER_99, SHARE_COLLAPSE

_OVERLAP = "has_previous and (previous_end_on is null or start_on < previous_end_on)"

REGISTRATIONS = (
    each_row(
        "registrations_do_not_overlap",
        WARNING,
        "regular registrations of one record at one practice do not overlap: at most one is open",
        table="registration",
        failed=_OVERLAP,
    ),
    each_row(
        "registrations_do_not_overlap_collapse",
        CRITICAL,
        "registrations at one practice do not overlap: more than single mistakes",
        table="registration",
        failed=_OVERLAP,
        limit=SHARE_COLLAPSE,
    ),
    each_row(
        "registration_ends_after_start",
        WARNING,
        "a registration has a start, and does not end before it",
        table="registration",
        failed="start_on is null or end_on < start_on",
    ),
    each_row(
        "registration_at_known_practice",
        WARNING,
        "a registration names a practice by its ODS code: a letter and five digits",
        table="registration",
        failed="organisation_code is null or not regexp_full_match(organisation_code, '[A-Z][0-9]{5}')",
    ),
    each_row(
        "patients_are_registered",
        CRITICAL,
        "most patient records have a registration",
        table="patient",
        relation="(select p.sender, e.record_id is null as is_without from {batch} as p left join "
        "(select distinct sender, record_id from episode_of_care where episode_type = "
        "'gp_registration') as e "
        "on p.sender = e.sender and p.record_id = e.record_id)",
        failed="is_without",
        limit=HALF,
    ),
)

SHARING = (
    each_row(
        "practice_says_whether_it_shares",
        WARNING,
        "a practice's row says whether it shares its data; without a word it is taken not to",
        table="organisation",
        failed="is_sharing is null",
    ),
)

SUITE = Suite(
    word="arrived.gp", rules=(*every.RULES, *numbers.of_people(NUMBER_99), *REGISTRATIONS, *SHARING)
)
