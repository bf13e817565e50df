"""Adult social care: who asks, who gets what, for how long, at what price."""

from __future__ import annotations

# Long-term support open at the start, share of people (NHS England, Adult Social Care Activity and
# Finance 2023/24: about 47 per 1,000 people of 65 and over, 7 per 1,000 of 18 to 64 in a year).
LONG_TERM_FRAIL = 0.30  # frailty index 0.24 and over, at home
LONG_TERM_OTHERS_75 = 0.035
LONG_TERM_DISABLED = 0.65  # adults with a learning disability or severe physical disability
LONG_TERM_SMI = 0.10
CARE_HOME_FUNDED = 0.55  # care home residents whose council pays (ONS: a third to a half fund themselves)
COMMUNITY_REQUESTS_A_YEAR = (0.006, 0.055)  # 18 to 64, 65 and over, beside hospital discharges
# Emergency stays of 65 and over that lead to ST-Max (ASCOF 2D part 2, London: 3 to 5 % of all discharges).
REABLEMENT = 0.12
REABLEMENT_START = (-1, 4)  # days from discharge: first, last + 1
REABLEMENT_DAYS = 38  # mean; six weeks at most is usual
AFTER_REABLEMENT_LONG_TERM = 0.27  # ASCOF 2A: about three quarters need no more
HOME_TO_CARE_HOME = 0.10  # of long-term support after reablement or discharge
ASSESSED = 0.55  # community requests that go on to an assessment
SERVED = 0.45  # of those, that get long-term support
REVIEWED_A_YEAR = 0.75
CARERS = 0.25  # people with long-term support at home whose partner is a known carer
MECHANISM_BLANK = 0.25  # not mandatory: often left blank
PACKAGE_DAYS = (1.3, 650)  # how long a package has lasted: gamma, shape and scale; mean 845; chosen
PACKAGES_ENDED_A_YEAR = (
    0.45  # for each open at the end, in a year of a longer history; holds the number open; chosen
)
PACKAGE_CHANGED = 0.25  # home support replaced by a bigger package after a year; chosen

# Planned cost: pounds a unit, frequency, units a week; rounded placeholders near NHS England's ASC-FR
# 2023/24 unit costs (residential 1,016, nursing 1,045 a week, home care 22 an hour).
COSTS = {
    "Long Term Residential Care": (1_010.0, "Weekly", 1.0),
    "Long Term Nursing Care": (1_090.0, "Weekly", 1.0),
    "Home Support": (23.5, "Hourly", 12.0),
    "Direct Payment": (310.0, "Weekly", 1.0),
    "Supported Living": (1_150.0, "Weekly", 1.0),
    "Day Support": (62.0, "Per session", 2.0),
    "Reablement": (29.0, "Hourly", 9.0),
    "Telecare": (22.0, "4-weekly", 1.0),
    "Short Term Residential Care": (980.0, "Weekly", 1.0),
    "Carer Respite": (420.0, "One-off", 1.0),
}
COST_MISSING = 0.06
COST_NEGATIVE = 0.01  # entered as a credit
COST_SPREAD = 0.15
HISTORY_MONTHS = 12  # a submission covers the last 12 months, rolling
FIRST_SUBMISSION_OVERLAP_DAYS = 90
