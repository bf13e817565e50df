"""The figures of the linkage report, read from a product's published tables and from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.ledger import Ledger

Row = dict[str, Any]
Rows = Sequence[Row]

_LEAST_JUDGED = 100  # a rate of false links among fewer would be read for more than it is
_RATES = f"""
    sum(records)::bigint as records,
    100 * sum(records_registered) / sum(records) as link_rate,
    1000 * sum(estimated_missed) / sum(records) as missed_per_1000,
    sum(records) filter (estimated_false is not null)::bigint as records_judged,
    if(
        records_judged >= {_LEAST_JUDGED},
        1000 * sum(estimated_false) / sum(records) filter (estimated_false is not null), null
    ) as false_per_1000"""
LINK_RATES = f"""
    select source, {_RATES} from quality.linkage where group_type = 'all'
    group by source order by records desc"""
"""Of a product: records by source, their link rate (per cent), missed and false links a 1000 of them."""
_QUERIES = {
    "all_sources": f"select {_RATES} from quality.linkage where group_type = 'all'",
    "sources": LINK_RATES,
    "steps": """
        select source, link_step, sum(records)::bigint as records,
            100 * sum(records) / sum(sum(records)) over (partition by source) as share
        from quality.linkage where group_type = 'all'
        group by source, link_step order by source, share desc, link_step""",
    # General practice is what the others are linked to: in it nearly everybody is registered by nature.
    "groups": f"""
        select group_type, group_value, {_RATES} from quality.linkage
        where group_type <> 'all' and source <> 'gp'
        group by group_type, group_value order by group_type, group_value""",
    "controls": """
        select meaning, link_step, links_tried, conflicts, 100 * false_share as false_share,
            100 * false_share_high as false_share_high
        from quality.linkage_control order by control_id, link_step""",
    "profiles": """
        select profile, source, value, records, 100 * share as share, 100 * share_before as share_before,
            100 * share_change as share_change, nights_before, stability_index
        from quality.linkage_drift order by profile, source, value""",
    "stability": """
        select profile, source, max(nights_before) as nights_before, sum(stability_index) as stability_index
        from quality.linkage_drift where profile <> 'given' group by profile, source
        having max(nights_before) > 0 order by stability_index desc, profile, source""",
    "withheld": """
        select w.reason, w.people, w.rows from audit.withheld as w
        where w.run_id = (select max(run_id) from quality.linkage) and w.people > 0 order by w.people desc""",
}
# Nights as they were published then: each run's profile of the same product, the last run of a night.
_HISTORY = """
    select run.as_of, p.source, p.value, p.records from link_profile as p join run using (run_id)
    where p.product = :product and p.profile = 'link_step' and run.as_of <= :as_of
        and (run.outcome = 'published' or run.run_id = :run_id)
        and run.run_id = (select max(other.run_id) from run as other join link_profile as q using (run_id)
                          where other.as_of = run.as_of and q.product = p.product)
    order by run.as_of, p.source, p.value"""

_CONTRADICTIONS = "select reason, decisions from link_contradiction where run_id = :run_id order by reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything the page shows; each list is a table, a row a dictionary. Rates in per cent.

    ``records_judged`` are those whose false links can be estimated; ``false_per_1000`` is of these, and none
    where they are few.
    """

    product: str
    run: Row
    people: int
    all_sources: Rows
    sources: Rows
    steps: Rows
    groups: Rows
    controls: Rows
    profiles: Rows
    stability: Rows
    withheld: Rows
    history: Rows
    contradictions: Rows

    @property
    def total(self) -> Mapping[str, float | None]:
        """All sources together: records, link_rate, and errors per 1000 records (false: of those judged)."""
        (total,) = self.all_sources
        return {**total, "records": total["records"] or 0}

    def of_profile(self, *names: str) -> Rows:
        """Rows of one or more profiles."""
        return [row for row in self.profiles if row["profile"] in names]


def read_figures(database: Path, ledger: Ledger, product: str) -> Figures:
    """Read a published version of ``product``; what nights before it were like comes from the ledger."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = {name: _rows(connection, query) for name, query in _QUERIES.items()}
        # One run builds a version, and its linkage carries that run's id.
        run = _rows(
            connection,
            "select run_id, as_of, code_version from audit.run "
            "where run_id = (select max(run_id) from quality.linkage_drift)",
        )[0]
        people = _rows(connection, "select count(*) as people from core.person")[0]["people"]
    known = {"product": product, "run_id": run["run_id"], "as_of": str(run["as_of"])}
    told = {"history": ledger.query(_HISTORY, known), "contradictions": ledger.query(_CONTRADICTIONS, known)}
    return Figures(product=product, run=run, people=people, **told, **found)


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
