"""Small numbers: what ``open`` does not show, whether it can be worked out, and who stands out elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from expectations.published.disclosure import SUITE
from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN, Attention
from pipeline.ig_report.release import Release, Row, Rows
from pipeline.settings import OPEN_PRODUCT, PRODUCTS

SECTION = "disclosure"
_CELLS = """
    select cells, suppressed_primary, suppressed_secondary, releases_before,
        cells - suppressed_primary - suppressed_secondary as shown
    from disclosure where run_id = :run_id"""
_ATTACKS = """
    select rule_id, rows_checked, rows_failed, is_passed from rule_result
    where run_id = :run_id and product = 'open' and suite = :suite"""
_TABLES = """
    select 'rates and amounts' as what, count(*) as lines, count(*) filter (is_suppressed) as suppressed
    from open.metric
    union all select 'people by age and sex', count(*), count(*) filter (is_suppressed) from open.population
    union all select 'people by segment', count(*), count(*) filter (is_suppressed) from open.segment"""
_CLASSES = """
    select stage, k, quasi_identifiers, classes, smallest_class, people, people_below, people_generalised,
        is_enforced
    from quality.k_anonymity where run_id = (select max(run_id) from quality.k_anonymity)
    order by stage desc"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """``cells``: counts of ``open``, shown and not; ``attacks``: what an attack on it got; ``classes``: a row
    a product and stage of how many people share what is shown of them. ``None``: not known."""

    is_published: bool
    cells: Row | None
    attacks: Rows
    tables: Rows | None
    classes: Rows
    unmeasured: tuple[str, ...]

    def attention(self) -> Iterator[Attention]:
        """Counts that can be worked out, and products whose people were not measured."""
        for row in self.attacks:
            if not row["is_passed"]:
                level = ACT if self.is_published and row["severity"] == "critical" else LOOK
                yield Attention(
                    level, SECTION, f"open breaks “{row['meaning']}”; counts: {row['rows_failed']:,}."
                )
        if self.is_published and len(self.attacks) < len(SUITE.rules):
            yield Attention(ACT, SECTION, "open is published, and not every attack on it was tried.")
        if self.is_published and self.cells is None:
            yield Attention(UNKNOWN, SECTION, "How many counts of open were suppressed is not in the ledger.")
        for row in self.classes:
            if row["stage"] == "after" and row["is_enforced"] and row["people_below"]:
                yield Attention(
                    ACT, SECTION, f"{row['product']}: people stand in classes of fewer than {row['k']}."
                )
        for product in self.unmeasured:
            yield Attention(UNKNOWN, SECTION, f"{product}: how many people stand out was not measured.")


def read(release: Release, published: tuple[str, ...]) -> Disclosure:
    """From the ledger, the published ``open``, and the published measures of the other products."""
    cells = release.rows(_CELLS)
    measured = {
        product: release.in_product(product, _CLASSES) for product in PRODUCTS if product in published
    }
    return Disclosure(
        is_published=OPEN_PRODUCT in published, cells=cells[0] if cells else None, attacks=_attacks(release),
        tables=release.in_product(OPEN_PRODUCT, _TABLES) if OPEN_PRODUCT in published else None,
        classes=[{"product": product, **row} for product, rows in measured.items() for row in rows or ()],
        unmeasured=tuple(product for product, rows in measured.items() if not rows),
    )  # fmt: skip


def _attacks(release: Release) -> Rows:
    found = {row["rule_id"]: row for row in release.rows(_ATTACKS, suite=SUITE.word)}
    return [
        {**found[rule.rule_id], "meaning": rule.meaning, "severity": rule.severity,
         "is_passed": bool(found[rule.rule_id]["is_passed"])}
        for rule in SUITE.rules
        if rule.rule_id in found
    ]  # fmt: skip
