"""How often identifiers are missing or wrong, by source and group.

Anchors: NHS number completeness norms of 99 % (SUS inpatients, outpatients, mental health) and 95 %
(emergency care) (NHS England, SUS data quality metrics 487, 488); social care 85 to 95 % and uneven
(DHSC, ASCOF metrics derived from client level data, 2024 to 2025); birth date or sex wrong in
0.11 % of hospital records, postcode differing or missing in 53 % against PDS (Hagger-Johnson et al.,
BMC Medical Research Methodology 2017), more missed matches in ethnic minorities (Hagger-Johnson
et al., BMJ Open 2015;5:e008118). Figures without such an anchor are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRates:
    """Chance that a person's record at one sender carries each error."""

    number_missing: float
    number_digits_swapped: float
    number_of_another: float  # a twin's or another household member's number
    number_of_nobody: float  # valid, but nobody's
    number_superseded: float  # of people whose number was replaced
    number_unverified: float  # right, but not traced: SUS then carries names
    birth_day_month_swapped: float
    birth_year_wrong: float
    sex_wrong: float
    nickname: float  # of people whose given name has one
    former_surname: float  # of people who have one
    letters_plain: float  # of names with accents: written without
    name_misspelt: float
    double_barrel_cut: float  # of double-barrelled names
    postcode_missing: float
    postcode_old: float  # of people who moved: the old one is kept


GP = ErrorRates(
    number_missing=0.0008,
    number_digits_swapped=0.0002,
    number_of_another=0.0001,
    number_of_nobody=0.0001,
    number_superseded=0.15,
    number_unverified=0.003,
    birth_day_month_swapped=0.0004,
    birth_year_wrong=0.0002,
    sex_wrong=0.0005,
    nickname=0.01,
    former_surname=0.10,
    letters_plain=0.35,
    name_misspelt=0.004,
    double_barrel_cut=0.05,
    postcode_missing=0.001,
    postcode_old=0.08,
)
ACUTE = ErrorRates(
    number_missing=0.0045,
    number_digits_swapped=0.0008,
    number_of_another=0.0004,
    number_of_nobody=0.0004,
    number_superseded=0.45,
    number_unverified=0.012,
    birth_day_month_swapped=0.0008,
    birth_year_wrong=0.0004,
    sex_wrong=0.0008,
    nickname=0.08,
    former_surname=0.25,
    letters_plain=0.75,
    name_misspelt=0.02,
    double_barrel_cut=0.25,
    postcode_missing=0.01,
    postcode_old=0.35,
)
COMMUNITY = ErrorRates(
    number_missing=0.012,
    number_digits_swapped=0.0015,
    number_of_another=0.0006,
    number_of_nobody=0.0006,
    number_superseded=0.45,
    number_unverified=0.03,
    birth_day_month_swapped=0.0015,
    birth_year_wrong=0.0008,
    sex_wrong=0.001,
    nickname=0.12,
    former_surname=0.25,
    letters_plain=0.75,
    name_misspelt=0.025,
    double_barrel_cut=0.25,
    postcode_missing=0.01,
    postcode_old=0.30,
)
MENTAL_HEALTH = ErrorRates(
    number_missing=0.016,
    number_digits_swapped=0.0015,
    number_of_another=0.0006,
    number_of_nobody=0.0006,
    number_superseded=0.45,
    number_unverified=0.03,
    birth_day_month_swapped=0.0015,
    birth_year_wrong=0.0008,
    sex_wrong=0.0015,
    nickname=0.15,
    former_surname=0.25,
    letters_plain=0.75,
    name_misspelt=0.025,
    double_barrel_cut=0.25,
    postcode_missing=0.015,
    postcode_old=0.35,
)
SOCIAL_CARE = ErrorRates(
    number_missing=1.0,  # replaced by the council's own share (rates.places)
    number_digits_swapped=0.004,
    number_of_another=0.002,
    number_of_nobody=0.001,
    number_superseded=0.60,
    number_unverified=0.0,
    birth_day_month_swapped=0.006,
    birth_year_wrong=0.003,
    sex_wrong=0.002,
    nickname=0.20,
    former_surname=0.25,
    letters_plain=0.85,
    name_misspelt=0.04,
    double_barrel_cut=0.30,
    postcode_missing=0.02,
    postcode_old=0.25,
)

ECDS_NUMBER_MISSING = 0.026  # an attendance booked in a hurry, beside the record's own errors: 3 % in all
ECDS_NUMBER_MISSING_HOMELESS = 0.25
MINORITY_FACTOR = 1.6  # number errors of ethnic categories other than A to C, against those
HOMELESS_FACTOR = 6.0
SECOND_LOCAL_RECORD = 0.015  # people registered twice in one hospital; chosen
REPLACED_NUMBER = 0.004  # people whose NHS number was replaced (duplicate, adoption); chosen
SPARE_NUMBERS = 0.02  # numbers kept for superseded and nobody's, as a share of people
CORRECTED_ON_A_LATER_NIGHT = 0.25  # wrong numbers in GP and hospital records mended in a later extract

WITHHELD_ROWS = (
    0.0008  # SUS rows anonymised at the patient's or guardian's wish, beside restricted codes; chosen
)
CONFIDENTIAL_ROWS = 0.004  # EMIS rows marked confidential; chosen
DELETED_ROWS_A_NIGHT = 0.0004  # rows of the history deleted in a later extract, a night; chosen
