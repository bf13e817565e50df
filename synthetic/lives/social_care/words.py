"""Words of Client Level Data, and the numbers by which events carry them (DHSC, release 1)."""

from __future__ import annotations

EVENT_TYPES = ("Request", "Assessment", "Service", "Review")
SERVICES = (
    "",
    "Short Term Support: ST-Max",
    "Long Term Support: Community",
    "Long Term Support: Residential Care",
    "Long Term Support: Nursing Care",
    "Carer Support: Direct to Carer",
    "Short Term Support: Other Short Term",
)
COMPONENTS = (
    "",
    "Reablement",
    "Home Support",
    "Direct Payment",
    "Supported Living",
    "Day Support",
    "Telecare",
    "Long Term Residential Care",
    "Long Term Nursing Care",
    "Carer Respite",
    "Short Term Residential Care",
)
ROUTES = (
    "",
    "Discharge from Hospital",
    "Community / Other route",
    "Planned Entry (Transition)",
    "Self-funder with depleted funds",
)
OUTCOMES = (
    "",
    "Progress to Reablement/ST-Max",
    "Progress to Assessment",
    "Progress to Support Planning / Services",
    "No change in package",
    "Service ended as planned",
    "NFA – Deceased",
    "NFA – Information & Advice / Signposting only",
    "Progress to Re-assessment / Unplanned Review",
    "Provision of service",
    "NFA – Moved to another LA",
    "Admitted to hospital",
)
ST_MAX, COMMUNITY, RESIDENTIAL, NURSING, CARER, OTHER_SHORT = range(1, 7)
REQUEST, ASSESSMENT, SERVICE, REVIEW = range(4)
