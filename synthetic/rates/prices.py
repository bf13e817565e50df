"""Unit costs that the reference file ships.

Hospital, community and mental health figures: weighted national averages of the National Cost Collection
2024/25 (NHS England, Open Government Licence v3.0). Others are rounded placeholders and say so.
"""

from __future__ import annotations

COLLECTION = "NHS England, National Cost Collection 2024/25 (OGL v3.0), weighted national average"
PLACEHOLDER = "Rounded placeholder, not from a published table: replace with a local figure"
FINANCIAL_YEARS = ("2023/24", "2024/25", "2025/26")  # of two years of history
PRICE_YEAR = "2024/25"

# currency: (pounds, source)
UNIT_COSTS: dict[str, tuple[float, str]] = {
    "ed_attendance_type_1": (280.0, COLLECTION),
    "ed_attendance_type_2": (182.0, COLLECTION),
    "ed_attendance_type_3": (127.0, COLLECTION),
    "ed_attendance_other": (127.0, COLLECTION),
    "nel_short_stay": (826.0, COLLECTION),
    "nel_long_stay": (5_419.0, COLLECTION),
    "elective_inpatient": (6_689.0, COLLECTION),
    "day_case": (1_077.0, COLLECTION),
    "regular_day_attender": (448.0, COLLECTION),
    "outpatient_procedure": (232.0, COLLECTION),
    "outpatient_first": (220.0, PLACEHOLDER),
    "outpatient_follow_up": (150.0, PLACEHOLDER),
    "community_contact": (89.0, COLLECTION),
    "community_nursing_contact": (60.0, COLLECTION),
    "community_therapy_contact": (79.0, COLLECTION),
    "mental_health_contact": (306.0, COLLECTION),
    "mental_health_bed_day": (838.0, COLLECTION),
    "gp_consultation": (40.0, PLACEHOLDER),
    "gp_appointment": (40.0, PLACEHOLDER),
    "prescription_item": (9.0, PLACEHOLDER),
    "social_care_request": (60.0, PLACEHOLDER),
    "social_care_assessment": (350.0, PLACEHOLDER),
    "social_care_review": (250.0, PLACEHOLDER),
    "social_care_reablement_week": (290.0, PLACEHOLDER),
}

# Stand-ins for legally restricted codes (Human Fertilisation and Embryology Acts, Gender Recognition Act
# 2004): not a real list, only the ids that this generator plants. A true list is loaded locally.
LEGALLY_RESTRICTED = (
    ("icd10", "Z312", "Stand-in for a legally restricted diagnosis"),
    ("opcs4", "Q131", "Stand-in for a legally restricted procedure"),
    ("snomed", "52637005", "Stand-in for a legally restricted procedure"),
)
TYPE_1_DISSENT = (
    ("snomed", "827241000000103", "Dissent from secondary use of GP patient identifiable data"),
)
TYPE_1_WITHDRAWN = (("snomed", "827261000000102", "Dissent from secondary use withdrawn"),)
