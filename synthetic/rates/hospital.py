"""Emergency departments, admitted care and outpatients: how often, how long, what follows."""

from __future__ import annotations

# Attendances a person and year by age band (0-4, 5-17, 18-64, 65-74, 75-84, 85+); NHS England, Hospital
# Accident and Emergency Activity 2023/24: about 430 per 1,000 in all England, NWL near 380.
ATTENDANCE_AGES = (5, 18, 65, 75, 85)
ATTENDANCES_A_YEAR = (0.82, 0.36, 0.36, 0.36, 0.55, 0.90)
MOST_DEPRIVED_FACTOR = 1.35  # decile 1 against the middle; decile 10 its inverse (same publication)
LONG_TERM_CONDITION_FACTOR = 0.14  # added to the rate for each condition; chosen
HOMELESS_FACTOR = 5.0  # Pathway / UCLH: homeless people attend five to six times as often
UNEVENNESS = 0.9  # gamma shape of a person's own rate: the smaller, the more the few use; chosen

URGENT_CENTRE_FOR_MINOR = 0.62  # minor causes seen in department type 03
MONO_SPECIALTY = 0.02  # type 02 (eyes)
SAME_DAY_CARE = 0.02  # type 05
FOLLOW_UP_ATTENDANCE = 0.02  # attendance category 2
ADMISSION_AGE_FACTOR = (
    0.75,
    0.65,
    0.85,
    1.45,
    1.9,
)  # by age band of rates.causes; NHS England, same publication
WAIT_MINUTES = (
    165  # median, not admitted; NHS England A&E waiting times: London 4-hour performance 75 to 78 %
)
WAIT_MINUTES_ADMITTED = 285
WAIT_MINUTES_URGENT_CENTRE = 95
WAIT_SPREAD = 0.55  # log-normal sigma
LEFT_BEFORE_SEEN = 0.04

DIRECT_ADMISSIONS = 0.28  # emergency spells that do not come through this provider's ED, per one that does
SAME_DAY_EMERGENCY = (
    0.52,
    0.26,
)  # emergency spells with no night: under 65, 65 and over (SUS: a third in all)
STAY_SPREAD = 0.95  # log-normal sigma of nights
STAY_AGE_FACTOR = 1.55  # mean nights at 75 and over against under 65
READMITTED = 0.105  # added readmissions within 30 days; with those by chance near 14 % (NHS Digital I02040)
READMITTED_SAME_CAUSE = 0.5
LAST_90_DAYS_ADMISSIONS = 0.55  # extra emergency arrivals of people who die; chosen
TRANSFERRED = 0.03  # emergency stays of two nights or more that end in another trust
EPISODES_A_NIGHT = 0.055  # added consultant episodes: 1.15 episodes a spell in all (NHS England APC 2023/24)
READY_DATE_MISSING = 0.07  # NHS England, discharge ready date: completeness 85 to 95 %
DELAYED = (0.06, 0.14, 0.22)  # ordinary discharges after the ready date: under 65, 65-74, 75 and over
DELAY_DAYS = 4.5  # mean, of the delayed (NHS England, average 5 to 7 days in London)
CARE_HOME_DISCHARGE = 0.05  # of 75 and over after a stay of five nights, from their own home
SELF_DISCHARGE = 0.012
PRIVATE = 0.008  # administrative category 02

OUTPATIENT_REFERRALS_A_YEAR = (0.45, 0.40, 0.78, 1.5, 1.7)  # by age band of rates.causes
FOLLOW_UPS = 1.9  # mean a first attendance; NHS England Hospital Outpatient Activity 2023/24: 2.3
DAYS_BETWEEN_APPOINTMENTS = 85
DAYS_FROM_REFERRAL = 75
DID_NOT_ATTEND = 0.072  # NHS England Hospital Outpatient Activity: 6.5 to 8 %
DID_NOT_ATTEND_DEPRIVED_FACTOR = 1.45
CANCELLED_BY_PATIENT, CANCELLED_BY_PROVIDER = 0.07, 0.06
ARRIVED_LATE_SEEN, ARRIVED_LATE_NOT_SEEN = 0.05, 0.004
BY_TELEPHONE_OR_VIDEO = 0.17
SPECIALTIES = (
    "110",
    "130",
    "300",
    "301",
    "320",
    "330",
    "340",
    "361",
    "370",
    "410",
    "420",
    "502",
    "120",
    "100",
    "650",
)
SPECIALTY_SHARES = (0.13, 0.11, 0.08, 0.08, 0.08, 0.09, 0.05, 0.03, 0.05, 0.04, 0.06, 0.08, 0.06, 0.06, 0.0)
