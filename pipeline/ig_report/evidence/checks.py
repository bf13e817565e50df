"""Every check of the run with its result, failing ones first, and the gates that every product must pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from expectations.published import OPEN_SUITES, SUITES
from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN, Attention
from pipeline.ig_report.evidence.rule_meanings import NOTED, meaning, title
from pipeline.ig_report.release import Release, Row, Rows
from pipeline.settings import OPEN_PRODUCT

SECTION = "checks"
_RESULTS = """
    select product, suite, rule_id, severity, rows_checked, rows_failed, is_passed from rule_result
    where run_id = :run_id
    order by is_passed, severity <> 'critical', product, suite, rule_id"""
_GATES = ("audit_log", "objections", "purpose", "dbt", "published.copies")  # of a person-level product
_OPEN_GATES = ("audit_log", "published.copies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """``results``: a row a rule; ``suites``: a row a product and suite, with its ``results``.

    ``noted``: a row a rule that judges nothing and says how far a look went, where it did not go all the way.
    ``ungated``: (product, suite) of a published product that has no result of the suite.
    """

    results: Rows
    suites: Rows
    noted: Rows
    ungated: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> Rows:
        """Rules that did not pass."""
        return [row for row in self.results if not row["is_passed"]]

    def attention(self) -> Iterator[Attention]:
        """Rules that failed, and gates that left no result."""
        if not self.results:
            yield Attention(UNKNOWN, SECTION, "The ledger has no result of any check of this run.")
        critical = sum(row["severity"] == "critical" for row in self.failed)
        warnings = len(self.failed) - critical
        if critical:
            yield Attention(
                ACT,
                SECTION,
                f"Checks that must hold and failed, so that what they judge is not published: {critical}.",
            )
        if warnings:
            yield Attention(LOOK, SECTION, f"Checks that should hold and failed: {warnings}.")
        for product, suite in self.ungated:
            yield Attention(ACT, SECTION, f"{product} is published without a result of {suite}.")


def read(release: Release, published: tuple[str, ...]) -> Checks:
    """All results of the run, as the ledger has them."""
    rows = [
        {**row, "is_passed": bool(row["is_passed"]), "meaning": meaning(row["suite"], row["rule_id"])}
        for row in release.rows(_RESULTS)
    ]
    results = [row for row in rows if (row["suite"], row["rule_id"]) not in NOTED]
    found = {(row["product"], row["suite"]) for row in results}
    wanted = [(product, suite) for product in published for suite in _wanted(product)]
    return Checks(
        results=results, suites=_by_suite(results),
        noted=[row for row in rows if row not in results and row["rows_failed"]],
        ungated=tuple(gate for gate in wanted if gate not in found),
    )  # fmt: skip


def _wanted(product: str) -> Iterator[str]:
    is_open = product == OPEN_PRODUCT
    yield from (suite.word for suite in (OPEN_SUITES if is_open else SUITES))
    yield from _OPEN_GATES if is_open else _GATES


def _by_suite(results: Rows) -> Rows:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in results:
        groups.setdefault((row["product"], row["suite"]), []).append(row)
    return [
        {
            "product": product, "suite": suite, "title": title(suite),
            "judged": product or ("what arrived" if suite.startswith("arrived.") else "the deployment"),
            "rules": len(rows),
            "passed": sum(r["is_passed"] for r in rows),
            "warnings": sum(not r["is_passed"] and r["severity"] != "critical" for r in rows),
            "critical": sum(not r["is_passed"] and r["severity"] == "critical" for r in rows),
            "results": rows,
        }
        for (product, suite), rows in sorted(groups.items())
    ]  # fmt: skip
