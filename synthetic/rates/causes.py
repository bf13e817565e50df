"""Why people come to hospital in an emergency, and what it leads to.

Weights are shares of attendances by age band (0-4, 5-17, 18-64, 65-74, 75 and over), set by hand to the
order of chief complaints in NHS England's Hospital Accident and Emergency Activity 2023/24. ``condition``
makes the cause likelier ``boost`` times in people who have it. Stays are means in days, near NHS
England's Hospital Admitted Patient Care Activity 2023/24.
"""

from __future__ import annotations

from dataclasses import dataclass

AGE_BANDS = (5, 18, 65, 75)  # upper bounds, years


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One cause of an emergency attendance or admission."""

    id: str
    weights: tuple[float, float, float, float, float]
    icd10: tuple[str, ...]  # primary diagnosis, by draw
    complaint: str  # ECDS chief complaint, SNOMED CT
    diagnosis: str  # ECDS diagnosis, SNOMED CT
    admitted: float  # chance of admission from a type 1 department, at 18 to 64
    stay: float  # mean days, at 18 to 64
    specialty: str = "300"  # treatment function code
    hrg: str = "WH09F"
    condition: str | None = None
    boost: float = 1.0
    external: tuple[str, ...] = ()
    procedure: str | None = None
    minor: bool = False  # may as well be seen in an urgent treatment centre


CAUSES = (
    Cause(id="fall", weights=(4, 4, 3, 16, 26), icd10=("S720", "S520", "S008", "S422", "S325", "S065"),
          complaint="161898004", diagnosis="125605004", admitted=0.16, stay=4.5, specialty="110", hrg="HE11C",
          external=("W190", "W010", "W180", "W060"), boost=2.5, condition="dementia"),
    Cause(id="hip_fracture", weights=(0, 0, 0.1, 1.6, 4.5), icd10=("S720", "S721"), complaint="161898004",
          diagnosis="5913000", admitted=1.0, stay=12, specialty="110", hrg="HE11C", external=("W190", "W010"),
          procedure="W461"),
    Cause(id="minor_injury", weights=(20, 40, 20, 8, 5), icd10=("S934", "S610", "S009", "S600"), complaint="417746004",
          diagnosis="125593007", admitted=0.03, stay=1, specialty="180", hrg="HD39H", external=("W220",), minor=True),
    Cause(id="chest_pain", weights=(0, 2, 9, 10, 6), icd10=("R074", "R072"), complaint="29857009",
          diagnosis="29857009", admitted=0.28, stay=1.0, hrg="EB12C", condition="chd", boost=2.5),
    Cause(id="angina", weights=(0, 0, 0.7, 2.2, 2.0), icd10=("I209", "I200"), complaint="29857009",
          diagnosis="194828000", admitted=0.75, stay=2.2, specialty="320", hrg="EB13D", condition="chd", boost=7),
    Cause(id="heart_failure", weights=(0, 0, 0.15, 1.2, 2.6), icd10=("I500", "I509"), complaint="267036007",
          diagnosis="84114007", admitted=0.95, stay=7, hrg="EB03A", condition="heart_failure", boost=22),
    Cause(id="atrial_fibrillation", weights=(0, 0, 0.5, 1.6, 2.0), icd10=("I489", "I480"), complaint="80313002",
          diagnosis="49436004", admitted=0.6, stay=2, specialty="320", hrg="EB07E", condition="atrial_fibrillation",
          boost=5),
    Cause(id="stroke", weights=(0, 0, 0.3, 1.6, 2.6), icd10=("I639", "I619", "G459"), complaint="26544005",
          diagnosis="230690007", admitted=0.97, stay=11, specialty="328", hrg="AA35A", condition="hypertension",
          boost=2),
    Cause(id="copd", weights=(0, 0, 0.3, 1.6, 1.6), icd10=("J440", "J441"), complaint="267036007",
          diagnosis="13645005", admitted=0.75, stay=4.2, specialty="340", hrg="DZ65H", condition="copd", boost=28),
    Cause(id="asthma", weights=(1.5, 2.5, 1.0, 0.6, 0.4), icd10=("J459", "J46X"), complaint="267036007",
          diagnosis="195967001", admitted=0.4, stay=1.5, specialty="340", hrg="DZ15P", condition="asthma", boost=9),
    Cause(id="pneumonia", weights=(2, 1, 1.8, 5, 8), icd10=("J181", "J189", "J22X"), complaint="49727002",
          diagnosis="233604007", admitted=0.7, stay=5.5, hrg="DZ11S", condition="copd", boost=2.5),
    Cause(id="urinary_infection", weights=(2, 1, 2.2, 4, 6.5), icd10=("N390", "N10X"), complaint="49650001",
          diagnosis="68566005", admitted=0.5, stay=4, hrg="LA04Q", condition="dementia", boost=2),
    Cause(id="cellulitis", weights=(0.5, 0.5, 1.4, 2.2, 2.4), icd10=("L031", "L030"), complaint="271807003",
          diagnosis="128045006", admitted=0.45, stay=3.5, hrg="JD07D", condition="diabetes", boost=2),
    Cause(id="gastroenteritis", weights=(9, 4, 2.4, 1.5, 1.5), icd10=("K529", "A099"), complaint="62315008",
          diagnosis="25374005", admitted=0.25, stay=1.6, hrg="FD01J"),
    Cause(id="abdominal_pain", weights=(4, 9, 12, 8, 5), icd10=("R104", "K802", "K358", "K573"),
          complaint="21522001", diagnosis="21522001", admitted=0.30, stay=2.4, specialty="100", hrg="FD05B"),
    Cause(id="sepsis", weights=(0.4, 0.2, 0.5, 1.8, 3), icd10=("A419",), complaint="386661006",
          diagnosis="91302008", admitted=0.98, stay=8, hrg="WJ06H"),
    Cause(id="fever_in_child", weights=(26, 9, 0, 0, 0), icd10=("R509", "J069", "B349"), complaint="386661006",
          diagnosis="54150009", admitted=0.18, stay=1, specialty="420", hrg="PW20C"),
    Cause(id="bronchiolitis", weights=(10, 0, 0, 0, 0), icd10=("J219",), complaint="267036007",
          diagnosis="4120002", admitted=0.4, stay=2, specialty="420", hrg="PD15D"),
    Cause(id="ear_nose_throat", weights=(7, 5, 4, 1.5, 1), icd10=("J039", "H669", "R040"), complaint="162397003",
          diagnosis="54150009", admitted=0.08, stay=1, specialty="120", hrg="CB02F", minor=True),
    Cause(id="epilepsy", weights=(2, 1, 1.2, 1, 0.8), icd10=("G409", "R568"), complaint="91175000",
          diagnosis="91175000", admitted=0.45, stay=2, specialty="400", hrg="AA26H", condition="epilepsy", boost=30),
    Cause(id="diabetes", weights=(0.1, 0.4, 0.5, 1, 0.9), icd10=("E116", "E149", "E101"), complaint="237599002",
          diagnosis="73211009", admitted=0.65, stay=3.2, hrg="KB01C", condition="diabetes", boost=8),
    Cause(id="mental_health", weights=(0, 4, 7, 2, 1.5), icd10=("F329", "F419", "X849"), complaint="48694002",
          diagnosis="48694002", admitted=0.16, stay=1.5, hrg="WD11Z", condition="serious_mental_illness", boost=6),
    Cause(id="poisoning", weights=(1, 2, 2.4, 0.4, 0.3), icd10=("T391", "F100"), complaint="75478009",
          diagnosis="75478009", admitted=0.4, stay=1.2, hrg="WH04E", external=("X600",), condition="homeless", boost=4),
    Cause(id="dizziness_collapse", weights=(1, 3, 6, 8, 9), icd10=("R55X", "R42X", "I951"), complaint="404640003",
          diagnosis="271594007", admitted=0.32, stay=2, hrg="EB08C"),
    Cause(id="confusion", weights=(0, 0, 0.5, 2.2, 6), icd10=("F059", "R410", "R54X"), complaint="40917007",
          diagnosis="2776000", admitted=0.8, stay=8, specialty="430", hrg="WH17B", condition="dementia", boost=6),
    Cause(id="cancer_complication", weights=(0, 0, 0.3, 1, 1), icd10=("C800", "D70X", "R18X"), complaint="21522001",
          diagnosis="363346000", admitted=0.85, stay=7, specialty="370", hrg="SA08G", condition="cancer", boost=20),
    Cause(id="other", weights=(9, 12, 22, 16, 11), icd10=("R69X", "M545", "R51X", "R11X"), complaint="161891005",
          diagnosis="161891005", admitted=0.10, stay=1.5, hrg="WH50B", minor=True),
)
INDEX = {cause.id: number for number, cause in enumerate(CAUSES)}


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
    Planned(id="cataract", rate=0.080, peak=80, spread=10, icd10="H269", opcs="C712", specialty="130", hrg="BZ34B"),
    Planned(id="endoscopy", rate=0.045, peak=66, spread=20, icd10="K639", opcs="G451", specialty="301", hrg="FE22Z"),
    Planned(id="hernia", rate=0.008, peak=62, spread=18, icd10="K409", opcs="T202", specialty="100", hrg="FF62D"),
    Planned(id="cystoscopy", rate=0.022, peak=75, spread=14, icd10="N328", opcs="M459", specialty="101", hrg="LB72A"),
    Planned(id="skin_lesion", rate=0.020, peak=75, spread=18, icd10="C443", opcs="S065", specialty="330", hrg="JC43C"),
    Planned(id="angiography", rate=0.003, peak=70, spread=12, icd10="I251", opcs="K634", specialty="320", hrg="EY43F",
            condition="chd", boost=12),
    Planned(id="pain_injection", rate=0.016, peak=62, spread=18, icd10="M545", opcs="A521", specialty="191",
            hrg="AB17Z"),
    Planned(id="dental_child", rate=0.012, peak=7, spread=4, icd10="K021", opcs="F101", specialty="142", hrg="CD06B"),
    Planned(id="gynaecology", rate=0.020, peak=42, spread=12, icd10="N920", opcs="Q181", specialty="502", hrg="MA33Z",
            sex=2),
    Planned(id="other_day_case", rate=0.045, peak=60, spread=28, icd10="R69X", opcs="X559", specialty="300",
            hrg="WH50B"),
    Planned(id="hip_replacement", rate=0.008, peak=73, spread=10, icd10="M169", opcs="W371", specialty="110",
            hrg="HN12F", classification="1", stay=3.5),
    Planned(id="knee_replacement", rate=0.009, peak=72, spread=9, icd10="M179", opcs="W401", specialty="110",
            hrg="HN22E", classification="1", stay=3.2),
    Planned(id="bowel_surgery", rate=0.003, peak=70, spread=12, icd10="C189", opcs="H062", specialty="104",
            hrg="FF32C", classification="1", stay=7, condition="cancer", boost=10),
    Planned(id="other_inpatient", rate=0.016, peak=60, spread=25, icd10="R69X", opcs="X998", specialty="100",
            hrg="WH50A", classification="1", stay=2),
    Planned(id="chemotherapy", rate=0.006, peak=66, spread=14, icd10="Z511", opcs="X721", specialty="370",
            hrg="SB97Z", classification="3", condition="cancer", boost=120),
    Planned(id="dialysis", rate=0.002, peak=66, spread=16, icd10="N185", opcs="X403", specialty="361", hrg="LD01A",
            classification="3", condition="ckd", boost=60),
    Planned(id="restricted", rate=0.002, peak=36, spread=6, icd10="Z312", opcs="Q131", specialty="502", hrg="MC12Z",
            sex=2),
)
