"""When what happened. Two of the moments leave, the call and the arrival at hospital; of the others only the
spans that the national indicators are made of."""

from __future__ import annotations

from itertools import pairwise

from connectors.columns import kept
from connectors.declare import Column, Kind, RowCheck, Severity

_MOMENTS = (
    ("CallConnectDateTime", "The call reached the control room"),
    ("ClockStartDateTime", "The clock of the response began"),
    ("FirstArrivalAtSceneDateTime", "The first vehicle was at the scene"),
    ("LeftSceneDateTime", "The patient left the scene"),
    ("ArrivedAtHospitalDateTime", "The patient arrived at the hospital"),
    ("HandoverDateTime", "The hospital took the patient over"),
    ("IncidentClosedDateTime", "The incident was closed"),
)


def timing_columns() -> tuple[Column, ...]:
    """The moments of an incident, London wall clock or with an offset; a row without the first is refused."""
    first, *later = _MOMENTS
    return (
        kept(first[0], first[1], Kind.DATETIME, required=True),
        *(kept(name, meaning, Kind.DATETIME, on_malformed=Severity.WARNING) for name, meaning in later),
    )


def in_order() -> tuple[RowCheck, ...]:
    """A warning for each moment that is before the one before it."""
    return tuple(
        RowCheck(
            rule_id=f"{_written(later)}_too_early",
            column=later,
            severity=Severity.WARNING,
            predicate=f'"{later}" < "{earlier}"',
            meaning=f"{later} is before {earlier}",
        )
        for (earlier, _), (later, _) in pairwise(_MOMENTS)
    )


def _written(column: str) -> str:
    """``LeftSceneDateTime`` -> ``left_scene``."""
    word = column.removesuffix("DateTime")
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in word).strip("_")
