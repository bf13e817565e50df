"""When a run is late: hours that the deployment may set, held to be hours before anything waits for them.

Read with the DAG files, so it imports nothing that works.
"""

from __future__ import annotations

import math

from pipeline.errors import SetupError

_LONGEST = 24 * 7


def late_hours(dag_id: str, *, said: str, unless_set: float) -> float:
    """The hours that ``AIRFLOW__WSIC__<DAG ID>_LATE_HOURS`` says, or ``unless_set`` where that is empty.

    Raises :class:`SetupError`, which Airflow shows as the import error of the DAG: nobody would miss a
    deadline that is none.
    """
    try:
        hours = float(said.strip() or unless_set)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= _LONGEST:
        raise SetupError(
            f"AIRFLOW__WSIC__{dag_id.upper()}_LATE_HOURS is {said!r}; valid: hours, "
            f"a number above 0 and up to {_LONGEST}, or empty for {unless_set:g}"
        )
    return hours
