"""Planned admissions: what for, how often, in whom, with which codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One kind of planned admission: yearly rate at its best age, and its codes."""

    id: str
    rate: float  # a person and year, at the peak of the age curve
    peak: float
    spread: float
    icd10: str
    opcs: str
    specialty: str
    hrg: str
    classification: str = "2"  # 1 ordinary, 2 day case, 3 regular day
    stay: float = 0.0
    condition: str | None = None
    boost: float = 1.0
    sex: int | None = None


# Planned admissions, near 130 day cases and 22 overnight stays per 1,000 people and year in all (NHS
# England, Hospital Admitted Patient Care Activity 2023/24). The last one carries the make-believe
# stand-in for a legally restricted code.
PLANNED = (
    Planned(
        id="cataract", rate=0.080, peak=80, spread=10, icd10="H269", opcs="C712", specialty="130", hrg="BZ34B"
    ),
    Planned(
        id="endoscopy",
        rate=0.045,
        peak=66,
        spread=20,
        icd10="K639",
        opcs="G451",
        specialty="301",
        hrg="FE22Z",
    ),
    Planned(
        id="hernia", rate=0.008, peak=62, spread=18, icd10="K409", opcs="T202", specialty="100", hrg="FF62D"
    ),
    Planned(
        id="cystoscopy",
        rate=0.022,
        peak=75,
        spread=14,
        icd10="N328",
        opcs="M459",
        specialty="101",
        hrg="LB72A",
    ),
    Planned(
        id="skin_lesion",
        rate=0.020,
        peak=75,
        spread=18,
        icd10="C443",
        opcs="S065",
        specialty="330",
        hrg="JC43C",
    ),
    Planned(
        id="angiography",
        rate=0.003,
        peak=70,
        spread=12,
        icd10="I251",
        opcs="K634",
        specialty="320",
        hrg="EY43F",
        condition="chd",
        boost=12,
    ),
    Planned(
        id="pain_injection",
        rate=0.016,
        peak=62,
        spread=18,
        icd10="M545",
        opcs="A521",
        specialty="191",
        hrg="AB17Z",
    ),
    Planned(
        id="dental_child",
        rate=0.012,
        peak=7,
        spread=4,
        icd10="K021",
        opcs="F101",
        specialty="142",
        hrg="CD06B",
    ),
    Planned(
        id="gynaecology",
        rate=0.020,
        peak=42,
        spread=12,
        icd10="N920",
        opcs="Q181",
        specialty="502",
        hrg="MA33Z",
        sex=2,
    ),
    Planned(
        id="other_day_case",
        rate=0.045,
        peak=60,
        spread=28,
        icd10="R69X",
        opcs="X559",
        specialty="300",
        hrg="WH50B",
    ),
    Planned(
        id="hip_replacement",
        rate=0.008,
        peak=73,
        spread=10,
        icd10="M169",
        opcs="W371",
        specialty="110",
        hrg="HN12F",
        classification="1",
        stay=3.5,
    ),
    Planned(
        id="knee_replacement",
        rate=0.009,
        peak=72,
        spread=9,
        icd10="M179",
        opcs="W401",
        specialty="110",
        hrg="HN22E",
        classification="1",
        stay=3.2,
    ),
    Planned(
        id="bowel_surgery",
        rate=0.003,
        peak=70,
        spread=12,
        icd10="C189",
        opcs="H062",
        specialty="104",
        hrg="FF32C",
        classification="1",
        stay=7,
        condition="cancer",
        boost=10,
    ),
    Planned(
        id="other_inpatient",
        rate=0.016,
        peak=60,
        spread=25,
        icd10="R69X",
        opcs="X998",
        specialty="100",
        hrg="WH50A",
        classification="1",
        stay=2,
    ),
    Planned(
        id="chemotherapy",
        rate=0.006,
        peak=66,
        spread=14,
        icd10="Z511",
        opcs="X721",
        specialty="370",
        hrg="SB97Z",
        classification="3",
        condition="cancer",
        boost=120,
    ),
    Planned(
        id="dialysis",
        rate=0.002,
        peak=66,
        spread=16,
        icd10="N185",
        opcs="X403",
        specialty="361",
        hrg="LD01A",
        classification="3",
        condition="ckd",
        boost=60,
    ),
    Planned(
        id="restricted",
        rate=0.012,
        peak=36,
        spread=6,
        icd10="Z312",
        opcs="Q131",
        specialty="502",
        hrg="MC12Z",
        sex=2,
    ),
)
