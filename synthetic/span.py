"""The time an economy covers: its history, its nights, and each night's window of change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil

from synthetic.days import YEAR, day_of

FEWEST_YEARS, MOST_YEARS = 2, 5
HORIZON_DAYS = 75  # appointments are booked so far ahead


def days_of(years: int) -> int:
    """Days of so many years of history: whole days, with its share of leap days."""
    return ceil(years * YEAR)


@dataclass(frozen=True, slots=True)
class Window:
    """What one extract shows: changes after ``after`` up to ``until``; ``after`` < 0 = everything."""

    after: int
    until: int

    @property
    def is_bulk(self) -> bool:
        """Whether this is a first, whole extract."""
        return self.after < 0


@dataclass(frozen=True, slots=True)
class Span:
    """History of ``years`` from ``start`` to ``end`` (day numbers); extracts on the last ``nights`` days."""

    start: int
    end: int
    nights: int
    years: int = FEWEST_YEARS

    @classmethod
    def until(cls, end_date: date, nights: int, years: int = FEWEST_YEARS) -> Span:
        """The span of ``years`` that ends on ``end_date``."""
        end = day_of(end_date)
        return cls(end - days_of(years), end, nights, years)

    @property
    def days(self) -> int:
        """Days of history."""
        return self.end - self.start

    @property
    def middle(self) -> int:
        """Day at whose age people have the rates that they keep for the whole history."""
        return self.end - self.days // 2

    @property
    def last_two_years(self) -> int:
        """First day of the two newest years: the whole history of an economy of two."""
        return self.end - days_of(FEWEST_YEARS)

    @property
    def is_longer(self) -> bool:
        """Whether there is more history than the two newest years."""
        return self.years > FEWEST_YEARS

    @property
    def horizon(self) -> int:
        """Last day for which appointments are made."""
        return self.end + HORIZON_DAYS

    @property
    def first_night(self) -> int:
        """Day of the bulk extract."""
        return self.end - self.nights + 1

    @property
    def night_days(self) -> range:
        """Days of the nights."""
        return range(self.first_night, self.end + 1)
