"""Dates of a person's newborn period: nobody's own birth date leaves as the date of what happened that day.

Whoever was born in hospital was admitted on the day of their birth. All dates of the newborn period move by
as many days as lie between the birth and the first of its month, which is what leaves as the month of birth.
What happened in that period keeps its order and its lengths; no date comes after one that it came before.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.standardise import fhir_view
from pipeline.zones import Zones

_PERIODS = Path(__file__).with_name("newborns.sql")
# Days of the birth's month before it become its first too, so that order holds. A day that would come to be
# the birth date by moving is the day after it: the gate that looks for birth dates shall not have to guess.
_NEWBORN_DAY = """
create or replace temp macro newborn_day(day, born_on, newborn_until) as case
    when born_on is null or day < date_trunc('month', born_on)::date or day >= newborn_until then day
    when day <= born_on then date_trunc('month', born_on)::date
    when day - born_on = born_on - date_trunc('month', born_on)::date then born_on + 1
    else day - (born_on - date_trunc('month', born_on)::date)::integer
end
"""


def define_newborn_day(connection: DuckDBPyConnection) -> None:
    """Macro ``newborn_day(day, born_on, newborn_until)``: the DATE as which ``day`` may leave."""
    connection.execute(_NEWBORN_DAY)


def find_newborn_periods(connection: DuckDBPyConnection, zones: Zones, as_of: date) -> None:
    """Add ``born_on`` and ``newborn_until`` to ``kept_record``, and define the macro that reads them."""
    define_newborn_day(connection)
    connection.execute("set variable as_of = ?", [as_of])
    fhir_view(connection, "stay_row", zones=zones, resource_type="Encounter")
    fhir_view(connection, "course_row", zones=zones, resource_type="MedicationRequest")
    connection.execute(_PERIODS.read_text(encoding="utf-8"))


def moved(value: str, kind: str) -> str:
    """SQL of ``value``, an expression of the type ``kind`` (DATE or TIMESTAMP), as it may leave.

    The time of day stays, but on a day that falls on the one after it: order holds. Raises
    :class:`ValueError` for another type.
    """
    if kind == "DATE":
        return f"newborn_day({value}, born_on, newborn_until)"
    if kind == "TIMESTAMP":
        day, after = (
            f"newborn_day({value}::date{next_day}, born_on, newborn_until)" for next_day in ("", " + 1")
        )
        return f"{day} + if({day} = {after}, time '00:00', {value}::time)"
    raise ValueError(f"newborn_day makes no {kind} coarser; valid: DATE, TIMESTAMP")
