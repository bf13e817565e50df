"""The disclosure rule for published counts and amounts: pure, and nothing but the rule.

NHS England (NHS Digital), Hospital Episode Statistics and Emergency Care Data Set analysis guide,
rule since September 2018, for counts below the national level: 0 stays 0, 1 to 7 are suppressed,
every other count is rounded to the nearest 5. Rates come from the rounded counts; totals are
rounded by themselves, from the true total.

An amount (nights, pounds) rests on people: it is suppressed where 1 to 7 people are behind it, and
where one of them makes up most of it, the (n,k) dominance rule with n = 1 (Hundepool et al.,
Handbook on Statistical Disclosure Control, ESSnet 2010); k is ours.
"""

from __future__ import annotations

SMALLEST_SUPPRESSED = 1
LARGEST_SUPPRESSED = 7
ROUNDED_TO = 5
ROUNDING_SLACK = ROUNDED_TO // 2  # a rounded count is at most so far from the true one
DOMINANT_SHARE = 0.75  # of an amount, held by one person, from which on it is suppressed
AMOUNT_MARGIN = 0.2  # a suppressed amount may not be estimated to less than this share, up or down
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


def is_sensitive_sql(amount: str, people: str, largest: str) -> str:
    """Whether ``amount``, which rests on ``people`` and has ``largest`` from one of them, is suppressed.

    An amount of 0 tells of nobody. What is null cannot be judged, and so is suppressed.
    """
    return (
        f"coalesce({amount} < 0 or ({amount} > 0 and ({amount} <= {LARGEST_SUPPRESSED} "
        f"or {people} <= {LARGEST_SUPPRESSED} or {largest} > {DOMINANT_SHARE} * {amount})), true)"
    )


def range_behind(shown: int) -> tuple[int, int]:
    """The true counts that are shown as ``shown``: what anyone knows who knows the rule."""
    if shown == 0:
        return 0, 0
    return max(LARGEST_SUPPRESSED + 1, shown - ROUNDING_SLACK), shown + ROUNDING_SLACK


def range_to_keep(amount: int) -> tuple[int, int]:
    """What nobody may be able to narrow of a suppressed amount.

    Of a count that is suppressed for its size, all that the rule itself says: 1 to 7. Of a larger
    amount a margin around it, never less than the rule's own width.
    """
    if amount <= LARGEST_SUPPRESSED:
        return SMALLEST_SUPPRESSED, LARGEST_SUPPRESSED
    margin = max(LARGEST_SUPPRESSED - SMALLEST_SUPPRESSED, round(AMOUNT_MARGIN * amount))
    return max(0, amount - margin), amount + margin


def isolates(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether two ranges for two counts prove that they differ by 1 to 7, in either direction.

    Two counts that are rounded each by itself never do: their difference is known to 8 at best.
    """
    least, most = first[0] - second[1], first[1] - second[0]
    return any(
        SMALLEST_SUPPRESSED <= low and high <= LARGEST_SUPPRESSED
        for low, high in ((least, most), (-most, -least))
    )
