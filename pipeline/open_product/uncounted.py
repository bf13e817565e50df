"""Rows of the finished open product that are of nothing that was counted, and so were never attacked.

The attack looks at the counts of the source, each by its place. A row of another place, or one that stands
twice, would be served unseen; so would a number in a label. So every row is held against the source: its
place, its period, and every label beside its counts.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from pipeline.duck import literal
from pipeline.open_product.build import RULE, SCALES

_SCALES = " ".join(f"when {literal(unit)} then '{scale}'" for unit, scale in SCALES.items())
_AT = "{0}.period_type = m.period_type and {0}.period_start = m.period_start and {0}.area_type = m.area_type "
_AT += "and {0}.area_code = m.area_code and {0}.part = m.group_type and {0}.value = m.group_value"
_METRIC = (
    "[metric_id, metric_version::varchar, m.period_type, m.period_start::date::varchar, "
    "m.period_end::date::varchar, m.area_type, m.area_code, group_type, group_value, unit, coverage"
)
# Of population and segment the night is that of the release: without one, or with two, they are of no night.
_NIGHT = "(select min(as_of)::varchar from published.open.release having count(*) = 1)"
_FEED = "[as_of::date::varchar, source, sender, feed, is_late::varchar, coverage]"
_UNCOUNTED = f"""
with told as (
    select 'open.metric' as place, {_METRIC}, scale::varchar] as said from published.open.metric as m
    union all
    select 'open.population', [{_NIGHT}, area_type, area_code, age_band, sex] from published.open.population
    union all
    select 'open.segment', [{_NIGHT}, area_type, area_code, segment_id, segment_name]
    from published.open.segment
    union all
    select 'open.feed_coverage', {_FEED} from published.open.feed_coverage
    union all
    select 'open.release', [run_id, as_of::date::varchar, rule] from published.open.release
),
counted as (
    select 'open.metric' as place, {_METRIC}, case m.unit {_SCALES} end] as said
    from wsic.metric as m
    inner join cell as n on n.measure = m.numerator_measure and {_AT.format("n")}
    inner join cell as d on d.measure = m.denominator_measure and {_AT.format("d")}
    union
    select 'open.population', [period_start::varchar, area_type, area_code, part, value]
    from cell where measure = 'population'
    union
    select 'open.segment', [period_start::varchar, area_type, area_code, segment_id, segment_name]
    from cell inner join counted_segment using (area_type, area_code)
    where measure = 'segment' and value = segment_id
    union
    select 'open.feed_coverage', {_FEED} from quality.feed_coverage
    union
    select 'open.release', [run_id, as_of::date::varchar, {literal(RULE)}] from audit.run
),
beside as (
    select
        told.place,
        counted.said is null or row_number() over (partition by told.place, told.said) > 1 as is_strange,
    from told left join counted on told.place = counted.place and told.said = counted.said
)
select place, count(*) as rows_checked, count(*) filter (is_strange) as rows_failed
from beside group by place order by place
"""


def uncounted(connection: duckdb.DuckDBPyConnection) -> pa.Table | None:
    """By table: its rows (``rows_checked``), and of them those that the source has not, or has once only
    (``rows_failed``). Nothing where a table or column that is asked for is not there: then the rule on it
    could not be judged, and refuses.

    ``connection`` is one in which :func:`pipeline.open_product.verify.findings` has counted: the source is
    attached as ``source``, the finished database as ``published``.
    """
    try:
        connection.execute("use source")
        return connection.execute(_UNCOUNTED).to_arrow_table()
    except duckdb.Error:
        return None
    finally:
        connection.execute("use memory")
