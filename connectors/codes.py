"""National code lists that several sources share. Source: NHS Data Model and Dictionary, HL7 UK Core."""

from __future__ import annotations

NHS_NUMBER_STATUS = ("01", "02", "03", "04", "05", "06", "07", "08")
ETHNIC_CATEGORY_2001 = (*"ABCDEFGHJKLMNPRSZ", "99")
STATED_GENDER = ("1", "2", "9", "X")
SEX = ("0", "1", "2", "9", "X")
ADMINISTRATIVE_CATEGORY = ("01", "02", "03", "04", "98", "99")
PATIENT_CLASSIFICATION = ("1", "2", "3", "4", "5", "8")
ADMISSION_METHOD = (
    *("11", "12", "13", "21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"),
    *("31", "32", "81", "82", "83", "98", "99"),
)
_PLACES = (
    *("19", "29", "30", "37", "38", "40", "42", "48", "49", "50", "51", "52", "53", "54", "55", "56"),
    *("65", "66", "79", "84", "85", "87", "88", "89", "98", "99"),
)
DISCHARGE_DESTINATION = _PLACES
SOURCE_OF_ADMISSION = (*_PLACES, "39", "41")
DISCHARGE_METHOD = ("1", "2", "3", "4", "5", "6", "7", "8", "9")
ATTENDED = ("0", "2", "3", "4", "5", "6", "7")
FIRST_ATTENDANCE = ("1", "2", "3", "4", "5")
OUTCOME_OF_ATTENDANCE = ("1", "2", "3")
CONSULTATION_MECHANISM = ("01", "02", "03", "04", "05", "09", "10", "11", "12", "13", "98")
DELAY_ATTRIBUTION = ("04", "05", "06")
