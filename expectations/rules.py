"""The words in which a rule is declared: what is counted, what is tolerated, how bad a breach is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expectations.results import CRITICAL, WARNING

Before = Mapping[tuple[str, str], tuple[int, int]]  # (suite, rule) -> (rows checked, rows failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much a rule tolerates, and who says so.

    A share is judged only from ``minimum_rows`` on: in a feed of 40 rows one error is 2.5 per cent
    and says nothing. ``rise`` and ``fall`` compare with the last run: the failed share may have
    risen by so much, the rows checked may have fallen by such a share; without a last run they pass.
    """

    failed_share: float = 0.0
    minimum_rows: int = 0
    rise: float | None = None
    fall: float | None = None
    source: str


NONE_MAY_FAIL = Limit(source="the rule holds for every row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One expectation: aggregates over one relation, and the limit that they are held to.

    ``table`` is the batch; ``relation`` the SQL that is counted, in which ``{batch}`` stands for
    it; ``rows_checked`` and ``rows_failed`` are aggregate expressions; ``place`` is the expression
    that names where a failing row lies and ``is_failing`` the predicate that such a row meets.
    A null predicate counts as kept: rules on completeness ask for ``is null`` themselves.
    """

    rule_id: str
    severity: str
    meaning: str
    table: str
    rows_checked: str
    rows_failed: str
    is_failing: str
    place: str
    relation: str = "{batch}"
    limit: Limit = field(default=NONE_MAY_FAIL)

    def __post_init__(self) -> None:
        if self.severity not in (CRITICAL, WARNING):
            raise ValueError(f"{self.rule_id}: severity is neither {CRITICAL} nor {WARNING}")

    @property
    def query(self) -> str:
        """The statement that Great Expectations runs: one row of two counts and the places."""
        return (
            f"select coalesce({self.rows_checked}, 0)::bigint as rows_checked, "
            f"coalesce({self.rows_failed}, 0)::bigint as rows_failed, "
            f"coalesce(array_to_string(list_sort(list(distinct {self.place}) filter (where "
            f"{self.is_failing}))"
            f"[1:8], ', '), '') as failed_in from {self.relation}"
        )


def each_row(
    rule_id: str,
    severity: str,
    meaning: str,
    *,
    table: str,
    failed: str,
    checked: str = "true",
    place: str = "sender",
    relation: str = "{batch}",
    limit: Limit = NONE_MAY_FAIL,
) -> Rule:
    """A rule on every row of ``relation`` that meets ``checked``: it fails where ``failed`` is true."""
    return Rule(
        rule_id=rule_id,
        severity=severity,
        meaning=meaning,
        table=table,
        relation=relation,
        rows_checked=f"count(*) filter (where {checked})",
        rows_failed=f"count(*) filter (where ({checked}) and ({failed}))",
        is_failing=f"({checked}) and ({failed})",
        place=place,
        limit=limit,
    )


def tallied(
    rule_id: str,
    severity: str,
    meaning: str,
    *,
    table: str,
    checked: str,
    failed: str,
    place: str = "sender",
    limit: Limit = NONE_MAY_FAIL,
) -> Rule:
    """A rule on rows that were counted already: ``checked`` and ``failed`` are columns of counts."""
    return Rule(
        rule_id=rule_id,
        severity=severity,
        meaning=meaning,
        table=table,
        rows_checked=f"sum({checked})",
        rows_failed=f"sum({failed})",
        is_failing=f"{failed} > 0",
        place=place,
        limit=limit,
    )


def distinct(rule_id: str, severity: str, meaning: str, *, table: str, key: str) -> Rule:
    """A rule that ``key`` stands once in the table; the failed rows are the repetitions."""
    return Rule(
        rule_id=rule_id,
        severity=severity,
        meaning=meaning,
        table=table,
        rows_checked="count(*)",
        rows_failed=f"count(*) - count(distinct {key})",
        is_failing="false",
        place="''",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Rules that are judged together; ``word`` is its name in the ledger, e.g. ``arrived.gp``."""

    word: str
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        ids = [rule.rule_id for rule in self.rules]
        twice = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
        if twice:
            raise ValueError(f"suite {self.word}: rule ids stand twice: {', '.join(twice)}")

    @property
    def critical(self) -> tuple[str, ...]:
        """Ids of the rules that stop a publish."""
        return tuple(rule.rule_id for rule in self.rules if rule.severity == CRITICAL)
