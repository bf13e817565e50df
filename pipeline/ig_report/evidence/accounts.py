"""The row accounts: whatever came in went on, was put aside, replaced, or withheld, to the last row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN, Attention
from pipeline.ig_report.release import Release, Row, Rows
from pipeline.settings import PRODUCTS

SECTION = "accounts"
_NONE = {"rows_withheld": 0, "rows_out": 0}
# The files that the release was made of: those seen tonight, and earlier ones whose rows are still in use.
_FILES = """
    with used as (
        select file_id from file_seen where run_id = :run_id
        union select file_id from stage where run_id = :run_id and product = '' and stage = 'current'
    )"""
_RECEIVED = f"""{_FILES}
    select source, count(*) as files, sum(f.outcome = 'refused') as refused_files, sum(rows_in) as rows_in,
        sum(rows_quarantined) as rows_quarantined, sum(rows_landed) as rows_landed,
        sum(rows_in <> rows_landed + rows_quarantined) as unbalanced
    from used join file as f using (file_id) group by source order by source"""
_STAGES = """
    select source, product, stage, sum(s.rows_in) as rows_in, sum(rows_out) as rows_out,
        sum(s.rows_quarantined) as rows_quarantined, sum(rows_withheld) as rows_withheld,
        sum(rows_superseded) as rows_superseded,
        sum(s.rows_in <> rows_out + s.rows_quarantined + rows_withheld + rows_superseded) as unbalanced
    from stage as s join file as f using (file_id)
    where s.run_id = :run_id and stage <> 'landing' group by source, product, stage order by source"""
# Each stage begins with what the one before it let through.
_BROKEN_CHAIN = f"""{_FILES}, steps as (
        select file_id, 0 as place, '' as product, rows_landed as rows_in, rows_landed as rows_out
        from used join file using (file_id) where outcome <> 'refused'
        union all
        select file_id, iif(stage = 'current', 1, 2), product, rows_in, rows_out from stage
        where run_id = :run_id and stage in ('current', 'pseudonymised')
    )
    select count(*) as breaks from steps as late join steps as early
        on early.file_id = late.file_id and early.place = late.place - 1 and early.rows_out <> late.rows_in"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """``received`` and ``used``: a row a source and a last one of them all; ``breaks``: files out of step.

    ``used`` has, for each product, ``withheld`` and ``given`` rows; ``None`` where it was not made.
    """

    received: Rows
    used: Rows
    unbalanced: int
    breaks: int

    @property
    def total(self) -> Row:
        """All sources together: both last rows in one; empty where nothing is known."""
        return {**(self.used[-1] if self.used else {}), **(self.received[-1] if self.received else {})}

    def attention(self) -> Iterator[Attention]:
        """Accounts that do not balance, accounts that are missing, files that were refused."""
        if not self.received or not self.used:
            yield Attention(UNKNOWN, SECTION, "The ledger has no whole row account of this run.")
        if self.unbalanced or self.breaks:
            yield Attention(
                ACT, SECTION, f"Row accounts do not balance: {self.unbalanced} within a stage, {self.breaks} "
                "from one stage to the next.",
            )  # fmt: skip
        if refused := self.total.get("refused_files"):
            yield Attention(LOOK, SECTION, f"Received files that were refused whole: {refused:,}.")


def read(release: Release) -> Accounts:
    """The accounts of a run by source, and whether they balance."""
    received, stages = release.rows(_RECEIVED), release.rows(_STAGES)
    used = [_used(source, stages) for source in dict.fromkeys(row["source"] for row in stages)]
    return Accounts(
        received=_with_total(received), used=_with_total(used),
        unbalanced=sum(row["unbalanced"] for row in (*received, *stages)),
        breaks=release.rows(_BROKEN_CHAIN)[0]["breaks"],
    )  # fmt: skip


def _used(source: str, stages: Rows) -> Row:
    own = {(row["stage"], row["product"]): row for row in stages if row["source"] == source}
    current: Row = own.get(("current", ""), {})
    row: Row = {"source": source, "rows_superseded": current.get("rows_superseded"),
                "rows_current": current.get("rows_out")}  # fmt: skip
    for product in PRODUCTS:
        made: Row = own.get(("pseudonymised", product), _NONE if _has_none(current, product, stages) else {})
        row |= {f"{product}_withheld": made.get("rows_withheld"), f"{product}_given": made.get("rows_out")}
    return row


def _has_none(current: Row, product: str, stages: Rows) -> bool:
    """Whether a product was made, and a source had no row that could have gone into it."""
    return current.get("rows_out") == 0 and any(row["product"] == product for row in stages)


def _with_total(rows: Rows) -> Rows:
    """The rows and one of their sums; a sum over what is not known is not known."""
    if not rows:
        return rows
    total = {name: _sum([row[name] for row in rows]) for name in rows[0] if name != "source"}
    return [*rows, {"source": "all sources", **total}]


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
