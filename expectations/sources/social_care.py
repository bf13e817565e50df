"""Adult social care (Client Level Data): services, their dates and their planned cost."""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Suite, each_row
from expectations.sources import every, numbers
from expectations.sources.codes import not_in
from expectations.thresholds import CODE_COLLAPSE, NUMBER_COLLAPSE_SOCIAL_CARE, NUMBER_TREND

SERVICE_TYPES = (
    "Short Term Support: ST-Max",
    "Short Term Support: Ongoing Low Level",
    "Short Term Support: Other Short Term",
    "Long Term Support: Nursing Care",
    "Long Term Support: Residential Care",
    "Long Term Support: Community",
    "Long Term Support: Prison",
    "Carer Support: Direct to Carer",
    "Carer Support: Support involving the person cared-for",
)  # DHSC, Client Level Data specification, release 1
WEEKLY_COST_CAP_GBP = 15_000  # ours: above the dearest single placements reported by councils

_SERVICE = "episode_type = 'social_care_service'"
_NO_TYPE = f"service_type is null or {not_in('service_type', SERVICE_TYPES)}"
_OTHER_ENDS = "activity_type in ('social_care_assessment', 'social_care_review')"

SERVICES = (
    each_row(
        "service_ends_after_start",
        WARNING,
        "a service has a start, and does not end before it",
        table="episode_of_care",
        checked=_SERVICE,
        failed="start_on is null or end_on < start_on",
    ),
    each_row(
        "service_type_known",
        WARNING,
        "Service Type is one of the words of Client Level Data, release 1",
        table="episode_of_care",
        checked=_SERVICE,
        failed=_NO_TYPE,
    ),
    each_row(
        "service_type_known_collapse",
        CRITICAL,
        "Service Type is one of the words of Client Level Data: long-term support rests on it",
        table="episode_of_care",
        checked=_SERVICE,
        failed=_NO_TYPE,
        limit=CODE_COLLAPSE,
    ),
    each_row(
        "unit_cost_plausible",
        WARNING,
        "a planned unit cost is not negative, and a week of it stays below the plausibility cap",
        table="episode_of_care",
        checked=f"{_SERVICE} and unit_cost_gbp is not null",
        failed=f"unit_cost_gbp < 0 or unit_cost_gbp * coalesce(planned_units_per_week, 1) > "
        f"{WEEKLY_COST_CAP_GBP}",
    ),
)

EVENTS = (
    each_row(
        "only_services_stay_open",
        WARNING,
        "assessments and reviews are sent when complete: they have an end, not before the start",
        table="encounter",
        checked=_OTHER_ENDS,
        failed="end_at is null or end_at < start_at",
    ),
)

SUITE = Suite(
    word="arrived.social_care",
    rules=(*every.RULES, *numbers.of_people(NUMBER_TREND, NUMBER_COLLAPSE_SOCIAL_CARE), *SERVICES, *EVENTS),
)
