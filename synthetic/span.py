"""The time an economy covers: its history, its nights, and each night's window of change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from synthetic.days import day_of

HISTORY_DAYS = 731  # two years before the end
HORIZON_DAYS = 75  # appointments are booked so far ahead


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
    """History from ``start`` to ``end`` (day numbers); extracts on the last ``nights`` days."""

    start: int
    end: int
    nights: int

    @classmethod
    def until(cls, end_date: date, nights: int) -> Span:
        """The span that ends on ``end_date``."""
        end = day_of(end_date)
        return cls(end - HISTORY_DAYS, end, nights)

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
