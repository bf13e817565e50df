"""The disclosure rule for published counts.

NHS England (NHS Digital), Hospital Episode Statistics and Emergency Care Data Set analysis guide,
rule since September 2018, for counts below the national level: 0 stays 0, 1 to 7 are suppressed,
every other count is rounded to the nearest 5. Rates come from the rounded counts; totals are
rounded by themselves, from the true total.
"""

from __future__ import annotations

SMALLEST_SUPPRESSED = 1
LARGEST_SUPPRESSED = 7
ROUNDED_TO = 5
SUPPRESSED_SIGN = "*"  # how a suppressed count is shown in CSV; in tables it is null beside a flag


def disclosed(count: int) -> int | None:
    """The count as it may be published; ``None`` where it is suppressed.

    Raises :class:`ValueError` for a negative count, which is no count.
    """
    if count < 0:
        raise ValueError("a count below 0 cannot be published")
    if SMALLEST_SUPPRESSED <= count <= LARGEST_SUPPRESSED:
        return None
    return ROUNDED_TO * ((count + ROUNDED_TO // 2) // ROUNDED_TO)


def disclosed_sql(count: str) -> str:
    """The same rule as a SQL expression over the integer expression ``count``.

    A null or negative count gives null: what cannot be judged is not published.
    """
    return (
        f"case when {count} = 0 then 0::bigint when {count} > {LARGEST_SUPPRESSED} "
        f"then ({ROUNDED_TO} * (({count} + {ROUNDED_TO // 2}) // {ROUNDED_TO}))::bigint end"
    )
