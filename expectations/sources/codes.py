"""National codes that rules compare with (NHS Data Dictionary; HL7 UK Core value sets).

The admission and discharge lists are those in use for admitted patient care and, by the wider
lists of the Mental Health Services Data Set, for mental health.
"""

from __future__ import annotations

from collections.abc import Iterable

ADMISSION_METHODS = (
    "11", "12", "13", "21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D",
    "31", "32", "81", "82", "83", "98", "99",
)  # fmt: skip
DISCHARGE_METHODS = ("1", "2", "3", "4", "5", "6", "7", "8", "9")
DISCHARGE_DESTINATIONS = (
    "19", "29", "30", "37", "38", "40", "42", "48", "49", "50", "51", "52", "53", "54", "55", "56",
    "65", "66", "79", "84", "85", "87", "88", "89", "98", "99",
)  # fmt: skip
CLASSIFICATIONS = ("1", "2", "3", "4", "5", "8")
ATTENDED = ("0", "2", "3", "4", "5", "6", "7")
CONTACT_ATTENDANCE = ("2", "3", "4", "5", "6", "7")
DEPARTMENT_TYPES = ("01", "02", "03", "04", "05")


def not_in(column: str, codes: Iterable[str]) -> str:
    """SQL predicate: the column holds something outside the list."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"{column} not in ({listed})"
