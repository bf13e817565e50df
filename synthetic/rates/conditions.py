"""Long-term conditions: how common, in whom, their codes, and what is prescribed for them.

Prevalence rises with age as ``ceiling / (1 + exp((middle - age) / spread))``. Ceilings and middles are
set by hand so that totals lie near the Quality and Outcomes Framework 2023/24 for London (diabetes
7 % of adults, hypertension 12 %, CHD 2 %, COPD 1 %, dementia 0.5 %, SMI 1.1 %) with slopes by sex,
deprivation and ethnic group as in the Health Survey for England. SNOMED CT ids are single concepts used
as parameters; ICD-10 codes are three or four characters without the dot. dm+d ids are of common
medicines; where ours may differ from the dictionary they stand in for it: only their form matters.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition: prevalence curve, codes, medicines (keys of :data:`DRUGS`)."""

    id: str
    snomed: str
    icd10: str
    term: str
    ceiling: float
    middle: float
    spread: float
    youngest: int = 18
    men: float = 1.0  # times the prevalence for men
    deprived: float = 1.0  # times at the most deprived decile; 1 at the middle, its inverse at the least
    asian: float = 1.0
    black: float = 1.0
    drugs: tuple[str, ...] = ()


CONDITIONS = (
    Condition(
        id="diabetes",
        snomed="73211009",
        icd10="E119",
        term="Diabetes mellitus",
        ceiling=0.21,
        middle=55,
        spread=10,
        men=1.15,
        deprived=1.3,
        asian=1.8,
        black=1.4,
        drugs=("metformin", "gliclazide"),
    ),
    Condition(
        id="hypertension",
        snomed="38341003",
        icd10="I10X",
        term="Hypertensive disorder",
        ceiling=0.56,
        middle=62,
        spread=10,
        deprived=1.1,
        black=1.3,
        asian=1.1,
        drugs=("amlodipine", "ramipril"),
    ),
    Condition(
        id="chd",
        snomed="53741008",
        icd10="I251",
        term="Coronary arteriosclerosis",
        ceiling=0.20,
        middle=75,
        spread=8,
        men=1.5,
        deprived=1.2,
        asian=1.4,
        drugs=("aspirin", "simvastatin"),
    ),
    Condition(
        id="heart_failure",
        snomed="84114007",
        icd10="I500",
        term="Heart failure",
        ceiling=0.13,
        middle=81,
        spread=7,
        deprived=1.2,
        drugs=("furosemide", "bisoprolol"),
    ),
    Condition(
        id="atrial_fibrillation",
        snomed="49436004",
        icd10="I489",
        term="Atrial fibrillation",
        ceiling=0.17,
        middle=80,
        spread=7,
        men=1.2,
        drugs=("apixaban",),
    ),
    Condition(
        id="stroke",
        snomed="230690007",
        icd10="I639",
        term="Stroke",
        ceiling=0.12,
        middle=78,
        spread=8,
        deprived=1.2,
        black=1.4,
        drugs=("clopidogrel",),
    ),
    Condition(
        id="copd",
        snomed="13645005",
        icd10="J449",
        term="Chronic obstructive lung disease",
        ceiling=0.09,
        middle=68,
        spread=8,
        youngest=35,
        deprived=1.7,
        asian=0.6,
        drugs=("salbutamol", "tiotropium"),
    ),
    Condition(
        id="asthma",
        snomed="195967001",
        icd10="J459",
        term="Asthma",
        ceiling=0.065,
        middle=5,
        spread=3,
        youngest=3,
        deprived=1.1,
        drugs=("salbutamol", "beclometasone"),
    ),
    Condition(
        id="ckd",
        snomed="709044004",
        icd10="N183",
        term="Chronic kidney disease",
        ceiling=0.30,
        middle=80,
        spread=8,
        black=1.2,
        asian=1.2,
    ),
    Condition(
        id="dementia",
        snomed="52448006",
        icd10="F03X",
        term="Dementia",
        ceiling=0.33,
        middle=88,
        spread=5,
        youngest=55,
        drugs=("donepezil",),
    ),
    Condition(
        id="depression",
        snomed="35489007",
        icd10="F329",
        term="Depressive disorder",
        ceiling=0.11,
        middle=26,
        spread=6,
        men=0.65,
        deprived=1.3,
        drugs=("sertraline",),
    ),
    Condition(
        id="serious_mental_illness",
        snomed="58214004",
        icd10="F209",
        term="Schizophrenia",
        ceiling=0.012,
        middle=28,
        spread=5,
        deprived=1.9,
        black=1.8,
        drugs=("olanzapine",),
    ),
    Condition(
        id="bipolar",
        snomed="13746004",
        icd10="F319",
        term="Bipolar disorder",
        ceiling=0.004,
        middle=30,
        spread=6,
        deprived=1.3,
        drugs=("quetiapine",),
    ),
    Condition(
        id="epilepsy",
        snomed="84757009",
        icd10="G409",
        term="Epilepsy",
        ceiling=0.008,
        middle=8,
        spread=5,
        youngest=1,
        deprived=1.3,
        drugs=("levetiracetam",),
    ),
    Condition(
        id="cancer",
        snomed="363346000",
        icd10="C509",
        term="Malignant neoplastic disease",
        ceiling=0.16,
        middle=74,
        spread=11,
        youngest=20,
    ),
    Condition(
        id="learning_disability",
        snomed="416075005",
        icd10="F799",
        term="On learning disability register",
        ceiling=0.005,
        middle=4,
        spread=2,
        youngest=4,
        men=1.4,
        deprived=1.3,
    ),
    Condition(
        id="severe_physical_disability",
        snomed="11538006",
        icd10="G825",
        term="Quadriplegia",
        ceiling=0.0025,
        middle=30,
        spread=12,
        youngest=2,
    ),
    Condition(
        id="homeless",
        snomed="32911000",
        icd10="Z590",
        term="Homeless",
        ceiling=0.0035,
        middle=24,
        spread=4,
        men=1.5,
        deprived=1.8,
        black=1.5,
    ),
)
INDEX = {condition.id: number for number, condition in enumerate(CONDITIONS)}
LONG_TERM = tuple(number for number, condition in enumerate(CONDITIONS) if condition.id != "homeless")
CANCER_SITES_ICD10 = ("C509", "C619", "C349", "C189", "C679", "C439", "C829")  # by draw, one a person
RECORDED_IN_THE_WINDOW_YEARS = 18  # diagnosis dates go back at most so far; chosen

# Medicine: (dm+d id, name, dose, quantity, unit, pence an issue of 56 days). Prices are rounded guesses.
DRUGS: dict[str, tuple[str, str, str, int, str, int]] = {
    "metformin": ("325278007", "Metformin 500mg tablets", "1 tablet twice a day", 112, "tablet", 340),
    "gliclazide": ("325238000", "Gliclazide 80mg tablets", "1 tablet a day", 56, "tablet", 260),
    "amlodipine": ("319283006", "Amlodipine 5mg tablets", "1 tablet a day", 56, "tablet", 160),
    "ramipril": ("318900007", "Ramipril 5mg capsules", "1 capsule a day", 56, "capsule", 210),
    "aspirin": ("319775004", "Aspirin 75mg dispersible tablets", "1 tablet a day", 56, "tablet", 150),
    "simvastatin": ("320000009", "Simvastatin 40mg tablets", "1 tablet at night", 56, "tablet", 200),
    "furosemide": ("318034005", "Furosemide 40mg tablets", "1 tablet in the morning", 56, "tablet", 170),
    "bisoprolol": ("318590006", "Bisoprolol 2.5mg tablets", "1 tablet a day", 56, "tablet", 180),
    "apixaban": ("703907006", "Apixaban 5mg tablets", "1 tablet twice a day", 112, "tablet", 900),
    "clopidogrel": ("319773006", "Clopidogrel 75mg tablets", "1 tablet a day", 56, "tablet", 210),
    "salbutamol": (
        "320139002",
        "Salbutamol 100micrograms/dose inhaler",
        "2 puffs when needed",
        200,
        "dose",
        150,
    ),
    "tiotropium": (
        "407754002",
        "Tiotropium bromide 18microgram inhalation powder capsules",
        "1 capsule a day",
        56,
        "capsule",
        3200,
    ),
    "beclometasone": (
        "407755001",
        "Beclometasone 100micrograms/dose inhaler",
        "2 puffs twice a day",
        200,
        "dose",
        740,
    ),
    "donepezil": ("322866006", "Donepezil 10mg tablets", "1 tablet at night", 56, "tablet", 230),
    "sertraline": ("321940003", "Sertraline 50mg tablets", "1 tablet a day", 56, "tablet", 220),
    "olanzapine": ("321617007", "Olanzapine 10mg tablets", "1 tablet at night", 56, "tablet", 260),
    "quetiapine": ("321635005", "Quetiapine 100mg tablets", "1 tablet twice a day", 112, "tablet", 400),
    "levetiracetam": ("322842005", "Levetiracetam 500mg tablets", "1 tablet twice a day", 112, "tablet", 480),
    "amoxicillin": (
        "323509004",
        "Amoxicillin 500mg capsules",
        "1 capsule three times a day",
        15,
        "capsule",
        140,
    ),
    "nitrofurantoin": (
        "324149001",
        "Nitrofurantoin 100mg modified-release capsules",
        "1 capsule twice a day",
        6,
        "capsule",
        950,
    ),
    "paracetamol": ("322236009", "Paracetamol 500mg tablets", "2 tablets when needed", 100, "tablet", 230),
    "naproxen": ("329652003", "Naproxen 250mg tablets", "1 tablet twice a day with food", 28, "tablet", 190),
}
ACUTE_DRUGS = ("amoxicillin", "nitrofurantoin", "paracetamol", "naproxen")
