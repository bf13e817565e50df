"""General practice: consultations, what is coded, prescriptions, appointments."""

from __future__ import annotations

# Consultations a person and year by age band (0-4, 5-17, 18-64, 65-74, 75+): about 5 in all (Hobbs et
# al., Lancet 2016: 5.2 a person and year in England; NHS England, Appointments in General Practice).
AGE_BANDS = (5, 18, 65, 75)
CONSULTATIONS_A_YEAR = (6.8, 3.0, 4.7, 7.6, 10.0)
WOMEN_FACTOR = 1.3  # at 18 to 64
LONG_TERM_CONDITION_FACTOR = 0.22
UNEVENNESS = 1.6

# Ways of consulting (NHS England, Appointments in General Practice 2024/25: 65 % face to face, a
# quarter by telephone): EMIS source term, share.
CONTACTS = (
    ("GP Surgery", 0.66),
    ("Telephone consultation", 0.26),
    ("Online consultation", 0.06),
    ("Home visit", 0.02),
)
WITH_APPOINTMENT = 0.85
DID_NOT_ATTEND = 0.045  # same publication: 4 to 5 %
BOOKED_AHEAD_DAYS = 7  # mean

BLOOD_PRESSURE, BODY_MASS, SMOKING, HBA1C, EGFR, CHOLESTEROL = 0.28, 0.10, 0.10, 0.22, 0.22, 0.07
MEDICATION_REVIEW, FRAILTY = 0.10, 0.10  # chance a consultation, of those it concerns; all chosen
ACUTE_PRESCRIPTION = 0.22
STOPPED_A_YEAR = 0.03  # repeat medicines that are taken for a while only; chosen
ISSUE_DAYS = 56  # two months' supply, which keeps rows near half of NHSBSA's 19 items a person and year
TREATED = 0.85  # share of conditions with medicines that have them

FLU_65, FLU_AT_RISK = 0.74, 0.40  # UKHSA, seasonal flu vaccine uptake 2023/24, London a little lower
MMR = 0.80  # UKHSA COVER: London 5-year uptake 74 to 83 %
PNEUMOCOCCAL_65 = 0.65
PENICILLIN_ALLERGY, NUT_ALLERGY = 0.055, 0.008  # NICE CG183 background: 6 % labelled
CARE_PLAN_FRAIL = 0.45
HOUSEBOUND_FRAIL = 0.20
CARER = 0.02

DIAGNOSIS_IMPRECISE = 0.15  # older diagnoses known to the year or month only
ENTERED_LATE = 0.03  # written down days after the event


# What may be coded. SNOMED CT concepts as parameters: key -> (concept, term in our words, EMIS type).
CODES: dict[str, tuple[str, str, str]] = {
    "cough": ("49727002", "Cough", "Observation"),
    "back_pain": ("161891005", "Back pain", "Observation"),
    "abdominal_pain": ("21522001", "Abdominal pain", "Observation"),
    "chest_pain": ("29857009", "Chest pain", "Observation"),
    "headache": ("25064002", "Headache", "Observation"),
    "rash": ("271807003", "Rash", "Observation"),
    "dyspnoea": ("267036007", "Breathlessness", "Observation"),
    "anxiety": ("48694002", "Anxiety", "Observation"),
    "urinary_infection": ("68566005", "Urinary tract infection", "Observation"),
    "respiratory_infection": ("54150009", "Upper respiratory infection", "Observation"),
    "knee_pain": ("30989003", "Knee pain", "Observation"),
    "tiredness": ("84229001", "Tiredness", "Observation"),
    "dizziness": ("404640003", "Dizziness", "Observation"),
    "sore_throat": ("162397003", "Sore throat", "Observation"),
    "diarrhoea": ("62315008", "Diarrhoea", "Observation"),
    "fall": ("161898004", "Falls", "Observation"),
    "systolic": ("271649006", "Systolic blood pressure", "Value"),
    "diastolic": ("271650006", "Diastolic blood pressure", "Value"),
    "bmi": ("60621009", "Body mass index", "Value"),
    "hba1c": ("999791000000106", "Haemoglobin A1c level - IFCC standardised", "Value"),
    "egfr": ("1020291000000106", "Glomerular filtration rate, calculated", "Value"),
    "cholesterol": ("1005671000000105", "Serum cholesterol level", "Value"),
    "smoker": ("77176002", "Smoker", "Observation"),
    "ex_smoker": ("8517006", "Ex-smoker", "Observation"),
    "never_smoked": ("266919005", "Never smoked tobacco", "Observation"),
    "medication_review": ("182836005", "Review of medication", "Observation"),
    "frailty_mild": ("925791000000100", "Mild frailty", "Value"),
    "frailty_moderate": ("925831000000107", "Moderate frailty", "Value"),
    "frailty_severe": ("925861000000102", "Severe frailty", "Value"),
    "housebound": ("160689007", "Housebound", "Observation"),
    "nursing_home": ("160734000", "Lives in a nursing home", "Observation"),
    "residential_home": ("394923006", "Lives in a residential home", "Observation"),
    "palliative": ("103735009", "Palliative care", "Observation"),
    "care_plan": ("736366004", "Advance care plan", "Observation"),
    "carer": ("224484003", "Carer", "Observation"),
    "flu_vaccine": ("86198006", "Influenza vaccination given", "Immunisation"),
    "mmr_vaccine": ("38598009", "Measles, mumps and rubella vaccination given", "Immunisation"),
    "pneumococcal_vaccine": ("12866006", "Pneumococcal vaccination given", "Immunisation"),
    "penicillin_allergy": ("91936005", "Allergy to penicillin", "Allergy"),
    "nut_allergy": ("91935009", "Allergy to peanut", "Allergy"),
    "type_1_dissent": (
        "827241000000103",
        "Dissent from secondary use of GP patient identifiable data",
        "Observation",
    ),
    "type_1_withdrawn": ("827261000000102", "Dissent from secondary use withdrawn", "Observation"),
    "restricted": ("52637005", "Stand-in for a legally restricted procedure", "Observation"),
}
SYMPTOMS = tuple(key for key in list(CODES)[:16])
RESTRICTED_CODE_A_YEAR = 0.010  # women of 20 to 45; make-believe

# Ethnic category 2001 as coded in general practice (SNOMED CT, 2001 census categories).
ETHNICITY_CODES = {
    "A": "92391000000108",
    "B": "494161000000100",
    "C": "92411000000108",
    "D": "92421000000102",
    "E": "92431000000100",
    "F": "92441000000109",
    "G": "92451000000107",
    "H": "110751000000108",
    "J": "92461000000105",
    "K": "186003008",
    "L": "92701000000102",
    "M": "107691000000105",
    "N": "92491000000104",
    "P": "92501000000105",
    "R": "33897005",
    "S": "92521000000101",
    "Z": "92531000000104",
}
