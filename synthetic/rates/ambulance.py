"""How often ambulances are called, how they answer, and how little they learn of whom they meet.

Outcomes in proportion to the National Cost Collection 2024/25 (NHS England, OGL v3.0): 1.44 million calls
closed by telephone, 2.67 million at the scene, 4.93 million taken somewhere, of 57 million people. Response
times around the national standards (NHS England, Ambulance Quality Indicators: C1 mean 7 minutes, C2 18).
In South Yorkshire one ambulance record in seven had an NHS number and birth date, and two in three could
not be linked by rule (CUREd, Medical Decision Making 2022;42(8):999-1009): here control rooms trace more,
as they have learnt to since. Figures without such an anchor are chosen.
"""

from __future__ import annotations

from synthetic.rates.errors import ErrorRates

AGES = (18, 65, 75, 85)
NOT_CONVEYED_A_YEAR = (0.03, 0.05, 0.10, 0.19, 0.36)  # one value more than ages
BY_TELEPHONE = 0.35  # of those not conveyed
OUT_OF_AREA = 0.03  # conveyed to a hospital that does not send here, beside those that come to one that does
ANOTHER_NUMBER = 0.04  # of conveyed: calls merged, so that the hospital's number is not the trust's

CATEGORIES = ("C1", "C2", "C3", "C4", "C5")
CATEGORY_SHARES = {"conveyed": (0.13, 0.62, 0.20, 0.05, 0.0), "seen": (0.06, 0.48, 0.36, 0.10, 0.0),
                   "heard": (0.0, 0.05, 0.25, 0.20, 0.50)}  # fmt: skip
RESPONSE_MINUTES = (7.5, 24.0, 75.0, 110.0, 110.0)
ON_SCENE_MINUTES, TRAVEL_MINUTES, HANDOVER_MINUTES, ON_THE_TELEPHONE = 34.0, 16.0, 21.0, 14.0

NOT_KNOWN = {"conveyed": 0.02, "seen": 0.05, "heard": 0.30}  # nothing asked that says who it was
NUMBER_MISSING = {"conveyed": 0.15, "seen": 0.25, "heard": 0.45}  # of those who were asked
BIRTH_DATE_MISSING = 0.04
ERRORS = ErrorRates(
    number_missing=1.0,  # replaced by the share of the outcome
    number_digits_swapped=0.003,
    number_of_another=0.0015,
    number_of_nobody=0.001,
    number_superseded=0.45,
    number_unverified=0.05,
    birth_day_month_swapped=0.004,
    birth_year_wrong=0.003,
    sex_wrong=0.002,
    nickname=0.20,
    former_surname=0.25,
    letters_plain=0.90,
    name_misspelt=0.05,
    double_barrel_cut=0.30,
    postcode_missing=0.05,
    postcode_old=0.25,
)
