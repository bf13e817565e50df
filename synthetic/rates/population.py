"""Households, ages, ethnic mix, moves, births and deaths: the parameters and where they come from."""

from __future__ import annotations

# Household types: share of households and members (A adult, P partner, C child, S sharer, O older,
# R care home resident). Shares are tuned so that 13 % of people are 65 or over and 21 % under 18,
# near ONS Census 2021 for the eight boroughs; mean size 2.5 (Census 2021, London 2.5).
HOUSEHOLD_TYPES: dict[str, tuple[float, str]] = {
    "single_adult": (0.190, "A"),
    "couple": (0.130, "AP"),
    "couple_children": (0.240, "APC"),
    "lone_parent": (0.080, "AC"),
    "sharers": (0.120, "SSS"),
    "older_single": (0.103, "O"),
    "older_couple": (0.060, "OP"),
    "three_generation": (0.0543, "APOC"),
    "care_home": (0.0007, "R" * 24),  # ONS Census 2021: about 3 % of people of 75 and over in England
}
CHILDREN = (0.42, 0.40, 0.13, 0.05)  # share of families with 1, 2, 3, 4 children; ONS families and households
DEPENDENT_CHILD_OLDEST = 22  # young adults who still live with their parents
TWIN_CHILD = 0.015  # chance that a child is the twin of the one before; ONS: 15 per 1,000 maternities
SAME_SEX_TWINS = 0.65  # ONS birth characteristics: one third are identical, the rest as siblings
SHARES_SURNAME = 0.60  # partners with the first adult's surname; chosen
CHILD_DOUBLE_BARRELLED = 0.06  # where parents' names differ; chosen
CHANGED_SURNAME = (
    0.55  # women living with a partner of one surname whose former name is on old records; chosen
)
OTHER_TRADITION = (
    0.10  # partners and sharers of another ethnic group; Census 2021: 10 % of couples in England and Wales
)
MIDDLE_NAME = 0.55  # chosen

# Census group -> detailed ethnic category (NHS Data Dictionary ETHNIC CATEGORY 2001): shares for
# North West London, rounded from Census 2021 TS021. Naming tradition beside each.
ETHNIC_CATEGORIES: dict[str, tuple[tuple[str, float, str], ...]] = {
    "white": (("A", 0.60, "british"), ("B", 0.06, "irish"), ("C", 0.34, "european")),
    "mixed": (
        ("D", 0.25, "caribbean"),
        ("E", 0.18, "african"),
        ("F", 0.30, "indian"),
        ("G", 0.27, "british"),
    ),
    "asian": (
        ("H", 0.55, "indian"),
        ("J", 0.14, "muslim"),
        ("K", 0.06, "muslim"),
        ("L", 0.20, "muslim"),
        ("R", 0.05, "chinese"),
    ),
    "black": (("M", 0.33, "caribbean"), ("N", 0.53, "african"), ("P", 0.14, "caribbean")),
    "other": (("S", 0.90, "muslim"), ("Z", 0.10, "european")),
}

HOUSEHOLD_MOVES_A_YEAR = (
    0.055  # households that move whole; ONS internal migration, London turnover near 10 % in all
)
YOUNG_ADULT_MOVES_A_YEAR = 0.06  # people of 18 to 34 who move alone; the rest of that turnover
MOVES_WITHIN_BOROUGH = 0.62  # ONS internal migration: most moves are short
CHANGES_PRACTICE_WITH_BOROUGH = 0.75  # moved to another borough and registers there; chosen
CHANGES_PRACTICE_WITHIN_BOROUGH = 0.12
CHANGES_PRACTICE_UNMOVED_A_YEAR = 0.008
LEAVES_A_YEAR = 0.022  # leave North West London and are deregistered; half of the true turnover, chosen
ARRIVES_A_YEAR = 0.026
NEVER_REGISTERED = 0.006  # with no practice at all, seen in emergency departments only; chosen

# Gompertz mortality: yearly hazard = LEVEL x exp(SLOPE x age); near ONS national life tables
# (1 % at 65, 5 % at 80, 13 % at 90), a little lower as London is.
MORTALITY_LEVEL = 1.0e-5
MORTALITY_SLOPE = 0.1036
SEVERE_ILLNESS_DEATHS = 2.2  # times the hazard with cancer, heart failure, COPD or dementia; others 0.8
OTHERS_DEATHS = 0.8
CARE_HOME_DEATHS = 2.0
DIES_IN_HOSPITAL = 0.47  # OHID, Palliative and End of Life Care Profiles, London: 47 to 50 %

TYPE_1_OBJECTION = 0.028  # NHS England, Type 1 opt-outs: 2 to 3 % of registered people
TYPE_1_WITHDRAWN = 0.15  # of those, later withdrawn; chosen
NATIONAL_OPT_OUT = 0.054  # NHS England, National Data Opt-out: 5.4 % of registered people
CONFIDENTIAL = 0.002  # GP records marked confidential; chosen
SPINE_SENSITIVE = 0.0015  # PDS records marked sensitive (S-flag); chosen
TEST_PATIENTS = 0.001  # dummy patients a listed person; chosen
