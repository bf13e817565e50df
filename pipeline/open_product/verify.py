"""The proof before the open product is served: what is published, against the counts it was made from.

Counts everything again and reads what the finished database shows, so that it does not lean on
what the making remembered. The findings are a row a cell; the rules on them stand in
:mod:`expectations.published.disclosure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.disclosure.rule import disclosed_sql, is_sensitive_sql
from pipeline.disclosure.tables import Tables
from pipeline.disclosure.universe import attacked
from pipeline.duck import literal
from pipeline.ledger import Ledger
from pipeline.open_product import universe

# What the published database shows of each cell; a cell in several tables is shown by any of them.
_SHOWN = """
create or replace temp table shown_cell as
with measures as (
    select distinct metric_id, numerator_measure, denominator_measure from wsic.metric
),
figures as (
    select numerator_measure as measure, period_type, period_start, area_type, area_code, group_type as part,
        group_value as value, numerator as shown
    from published.open.metric inner join measures using (metric_id)
    union all
    select denominator_measure as measure, period_type, period_start, area_type, area_code,
        group_type as part,
        group_value as value, denominator as shown
    from published.open.metric inner join measures using (metric_id)
    union all
    select 'population', 'night', as_of, area_type, area_code, age_band, sex, people
    from published.open.population cross join published.open.release
    union all
    select 'segment', 'night', as_of, area_type, area_code, 'segment', segment_id, people
    from published.open.segment cross join published.open.release
)
select cell_id, max(shown) as shown, count(distinct shown) > 1 as is_shown_twice
from cell inner join figures using (measure, period_type, period_start, area_type, area_code, part, value)
group by cell_id
"""
_JUDGED = f"""
select
    concat_ws(' ', measure, 'in', area_type, area_code, part, value, period_type,
        strftime(period_start, '%Y-%m-%d')) as place,
    shown is not null and {is_sensitive_sql("amount", "people", "largest")} as is_small_and_shown,
    coalesce(is_shown_twice, false) or shown is distinct from
        if(shown is null, null, {disclosed_sql("amount")}) as is_not_rounded,
    {is_sensitive_sql("amount", "people", "largest")} as is_sensitive,
    coalesce(shown is null, true) as is_hidden
from cell left join shown_cell using (cell_id)
where not is_derived
order by cell_id
"""


def findings(
    connection: duckdb.DuckDBPyConnection, source: Path, published: Path, before: Sequence[Path],
    tables: Tables | None = None,
) -> pa.Table:  # fmt: skip
    """A row a published count: its place in words of area, group and period, and what is wrong with it.

    ``is_recoverable``: it can be narrowed from this release alone; ``is_differenced``: only together
    with an earlier release; ``was_given_away``: earlier releases alone narrow it, whatever this one
    hides; ``is_hidden``: it is not shown; ``is_sensitive``: it may not be, for its own size.
    ``connection`` is one of its own, in memory; ``tables`` are what the making found to prove that counts are
    protected: each is checked against what is shown.
    """
    connection.execute(f"attach {literal(source)} as source (read_only)")
    connection.execute(f"attach {literal(published)} as published (read_only)")
    connection.execute("use source")
    found = universe.count(connection, before)
    connection.execute(_SHOWN)
    judged = connection.execute(_JUDGED).to_arrow_table()
    for name, flags in attacked(found, judged["is_hidden"].to_numpy(), tables).items():
        judged = judged.append_column(name, pa.array(flags))
    connection.execute("use memory")
    return judged


def record_cells(ledger: Ledger, run_id: str, found: pa.Table, *, releases_before: int) -> None:
    """Put into the ledger how many counts there are and how many of them are not shown, and why."""
    hidden, sensitive = found["is_hidden"], found["is_sensitive"]
    row = {
        "run_id": run_id, "cells": found.num_rows, "releases_before": releases_before,
        "suppressed_primary": pc.sum(pc.and_(hidden, sensitive)).as_py() or 0,
        "suppressed_secondary": pc.sum(pc.and_not(hidden, sensitive)).as_py() or 0,
    }  # fmt: skip
    ledger.put("disclosure", [row])
