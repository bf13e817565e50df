"""The words of the Client Level Data specification, release 1, that may leave as text.

A word outside a closed list refuses the row, because a word column is a place where a name can be typed.
Where the published lists are not certain, the word alone is held back by the mapping and the row goes on
(:data:`HELD_BACK`). Source: DHSC Client Level Data specification release 1; NHS England
ASC-Client-Level-Data-SALT-ASCOF-transformations; to be checked against the council's own release.
"""

from __future__ import annotations

CLIENT_TYPE = ("Service User", "Carer", "Carer known by association")
EVENT_TYPE = ("Request", "Assessment", "Service", "Review")
SERVICE_TYPE = (
    "Short Term Support: ST-Max",
    "Short Term Support: Ongoing Low Level",
    "Short Term Support: Other Short Term",
    "Long Term Support: Nursing Care",
    "Long Term Support: Residential Care",
    "Long Term Support: Community",
    "Long Term Support: Prison",
    "Carer Support: Direct to Carer",
    "Carer Support: Support involving the person cared-for",
)
SERVICE_COMPONENT = (
    *("Reablement", "Short Term Residential Care", "Short Term Nursing Care", "Other Short Term Support"),
    *("Long Term Residential Care", "Long Term Nursing Care", "Home Support", "Day Support", "Meals"),
    *("Supported Living", "Community Supported Living", "Community supported living", "Shared Lives"),
    *("Extra Care Housing", "Extra care housing", "Equipment", "Telecare", "Transport", "Direct Payment"),
    *("Carer Respite", "Other Long Term Support", "Information and Advice", "Professional Support"),
)
DELIVERY_MECHANISM = ("Direct Payment", "CASSR Managed Personal Budget", "CASSR Commissioned Support")
PRIMARY_SUPPORT_REASON = (
    "Physical Support: Access & mobility only",
    "Physical Support: Personal care support",
    "Sensory Support: Support for visual impairment",
    "Sensory Support: Support for hearing impairment",
    "Sensory Support: Support for dual impairment",
    "Sensory Support: visual impairment",
    "Sensory Support: hearing impairment",
    "Sensory Support: dual impairment",
    "Support with Memory & Cognition",
    "Learning Disability Support",
    "Mental Health Support",
    "Social Support: Substance misuse support",
    "Social Support: Asylum seeker support",
    "Social Support: Support for Social Isolation/Other",
    "Social Support: Support for Social Isolation / Other",
    "Social Support: Support to Carer",
    "Unknown",
)
_OUTCOMES = (
    *("Progress to Reablement/ST-Max", "Progress to Assessment", "Progress to financial assessment"),
    *("Progress to Re-assessment / Unplanned Review", "Progress to Support Planning / Services"),
    *("Progress to End of Life Care", "No change in package", "Service ended as planned"),
    *("Provision of service", "Admitted to hospital"),
)
_NO_FURTHER_ACTION = (
    *("Moved to another LA", "100% NHS funded care", "Self-funded client (inc. 12wk disregard)"),
    *("Information & Advice / Signposting only", "Support declined", "Deceased"),
    *("Support ended: other reason", "No services offered: other reason", "Other"),
)
EVENT_OUTCOME = (*_OUTCOMES, *(f"NFA {dash} {reason}" for reason in _NO_FURTHER_ACTION for dash in "-–"))

ACCOMMODATION_STATUS = (
    "Owner occupier or shared ownership scheme",
    "Tenant",
    "Tenant - private landlord",
    "Settled mainstream housing with family / friends",
    "Supported accommodation / supported lodgings / supported group home",
    "Shared Lives scheme",
    "Approved premises for offenders released from prison or under probation supervision",
    "Sheltered housing / extra care housing / other sheltered housing",
    "Mobile accommodation for Gypsy / Roma and Traveller communities",
    "Rough sleeper / squatting",
    "Night shelter / emergency hostel / direct access hostel",
    "Refuge",
    "Placed in temporary accommodation by the council (inc. homelessness resettlement)",
    "Staying with family / friends as a short-term guest",
    "Acute / long-term healthcare residential facility or hospital",
    "Registered care home",
    "Registered nursing home",
    "Prison / Young offenders institution / detention centre",
    "Other temporary accommodation",
    "Unknown",
)
CLIENT_FUNDING_STATUS = (
    *("Fully funded by LA", "LA funded", "Part funded by LA", "Full cost self-funder", "Self-funder"),
    *("Jointly funded with health", "Joint funded", "NHS funded", "Deferred payment", "12 week disregard"),
    "Unknown",
)
ROUTE_OF_ACCESS = (
    *("Planned Entry (Transition)", "Discharge from Hospital", "Diversion from Hospital Services"),
    *("Self-funder with depleted funds", "Community / Other route", "Community/Other route"),
    *("Prison", "Unknown"),
)
ASSESSMENT_TYPE = (
    *("Short Term Assessment", "Long Term Assessment", "Carer Assessment", "Joint Assessment"),
    *("Care Act Assessment", "Transition Assessment", "Reablement Assessment", "Other", "Unknown"),
)
COST_FREQUENCY = (
    *("Weekly", "Fortnightly", "4-weekly", "Monthly", "Quarterly", "Annually", "Annual", "One-off"),
    *("Hourly", "Daily", "Per session", "Other"),
)

HELD_BACK = {
    "Accommodation Status": ACCOMMODATION_STATUS,
    "Client Funding Status": CLIENT_FUNDING_STATUS,
    "Request: Route of Access": ROUTE_OF_ACCESS,
    "Assessment Type": ASSESSMENT_TYPE,
    "Cost Frequency (Unit Type)": COST_FREQUENCY,
}
