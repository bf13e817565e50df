"""Community and mental health services: who is referred, to which team, how many contacts.

Totals near NHS England's National Cost Collection 2024/25: 73 million community and 23 million mental
health contacts a year in England, 1.3 and 0.4 a person. Splits between teams are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A kind of referral: its team type, contacts and pace."""

    id: str
    team: str  # team type code of the data set
    contacts: float  # mean a referral
    gap: float  # mean days between contacts
    wait: float  # mean days to the first
    source: str  # source of referral code
    place: str  # activity location type
    reason: str
    remote: float = 0.1  # share of contacts by telephone or video
    minutes: int = 35


# Team types of the Community Services Data Set v1.6: 12 district nursing, 26 physiotherapy, 51 crisis
# response and intermediate care, 57 public health, 23 occupational therapy (NHS Data Dictionary).
COMMUNITY = (
    Team(id="after_discharge", team="51", contacts=11, gap=3, wait=2, source="04", place="A01", reason="056"),
    Team(
        id="district_nursing",
        team="12",
        contacts=42,
        gap=7,
        wait=4,
        source="01",
        place="A01",
        reason="012",
        remote=0.03,
        minutes=25,
    ),
    Team(
        id="therapy",
        team="26",
        contacts=4,
        gap=18,
        wait=28,
        source="01",
        place="B01",
        reason="026",
        remote=0.15,
    ),
    Team(
        id="occupational_therapy",
        team="23",
        contacts=3,
        gap=14,
        wait=21,
        source="01",
        place="A01",
        reason="023",
    ),
    Team(
        id="health_visiting", team="57", contacts=5, gap=70, wait=12, source="03", place="A01", reason="057"
    ),
)
AFTER_DISCHARGE = (0.05, 0.42)  # share of emergency stays that are followed up: under 65, 65 and over
DISTRICT_NURSING_FRAIL_A_YEAR = 0.8  # of frailty index 0.24 and over
DISTRICT_NURSING_OTHERS_65_A_YEAR = 0.07
THERAPY_A_YEAR = (0.045, 0.13)  # under 65, 65 and over
OCCUPATIONAL_THERAPY_65_A_YEAR = 0.05

# Team types of the Mental Health Services Data Set v6: A06 community (functional), A02 crisis and home
# treatment, A05 primary care, A17 memory, A14 early intervention.
MENTAL_HEALTH = (
    Team(
        id="community_team",
        team="A06",
        contacts=14,
        gap=24,
        wait=20,
        source="A1",
        place="B01",
        reason="04",
        remote=0.3,
        minutes=50,
    ),
    Team(
        id="crisis", team="A02", contacts=6, gap=3, wait=1, source="H1", place="A01", reason="18", remote=0.2
    ),
    Team(
        id="primary_care",
        team="A05",
        contacts=5,
        gap=14,
        wait=30,
        source="A1",
        place="B01",
        reason="05",
        remote=0.5,
    ),
    Team(
        id="memory",
        team="A17",
        contacts=3,
        gap=40,
        wait=45,
        source="A1",
        place="B01",
        reason="19",
        remote=0.1,
    ),
    Team(
        id="early_intervention",
        team="A14",
        contacts=20,
        gap=14,
        wait=10,
        source="H1",
        place="A01",
        reason="01",
        remote=0.2,
    ),
)
COMMUNITY_TEAM_SMI = 0.75  # people with serious mental illness or bipolar disorder on a team's list
COMMUNITY_TEAM_DEPRESSION_A_YEAR = 0.05
PRIMARY_CARE_DEPRESSION_A_YEAR = 0.22
CRISIS_AFTER_ATTENDANCE = 0.30  # of mental health attendances at an emergency department
MEMORY_WITHIN_DAYS = 200  # before a dementia diagnosis in the history
SPELLS_SMI_A_YEAR, SPELLS_DEPRESSION_A_YEAR = 0.15, 0.007  # about 3 per 1,000 people and year (NHS England)
SPELL_NIGHTS = 27  # median
SPELL_SPREAD = 0.9
MOVED_WARD = 0.22
READY_BUT_DELAYED = 0.14  # NHS England, clinically ready for discharge: 10 to 15 % of stays
READY_DELAY_DAYS = 16

# Attendance status of contacts (NHS Data Dictionary ATTENDED OR DID NOT ATTEND): share of each.
ATTENDANCE = (("5", 0.85), ("6", 0.02), ("7", 0.003), ("3", 0.057), ("2", 0.045), ("4", 0.025))
ACTIVITY_CODED = 0.6  # contacts with a coded activity
"""Coded activities: (SNOMED CT concept, whether observed with a value, low, high, unit)."""
ACTIVITIES = (
    ("225358003", False, 0, 0, ""),
    ("27113001", True, 45, 95, "kg"),
    ("182836005", False, 0, 0, ""),
    ("271649006", True, 105, 165, "mm[Hg]"),
)
DAYS_TO_SUBMIT = 20  # after the end of the month
BACKLOAD_MONTHS = 12  # the first submission covers so many months at once for each year before the last
REFRESHED_CONTACTS = 0.02  # contacts of the last month corrected in its refresh
