"""Works all metrics out again, at each threshold of linking, and compares them with ``wsic.metric``.

``python -m tests.recomputed.metrics HOME`` does it for the products that a night left in ``HOME``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.recomputed import command, segments, tables

_HERE = Path(__file__).parent
_SEEDS = _HERE.parents[1] / "dbt_project" / "seeds"
_SCALES = (
    "case unit when 'per cent' then 100 when 'per 1000 people' then 1000 when 'days' then 1 else 100000 end"
)
_SHARED = "period_type, period_start, period_end, area_type, area_code, group_type, group_value"


@dataclass(frozen=True, slots=True)
class Compared:
    """How many rows were compared, which metrics differ (with how many rows), and each metric's most."""

    rows: int
    differing: dict[str, int]
    most: dict[str, int]
    ranges: int


def compare(pseudonymised: Path, database: Path) -> Compared:
    """``database`` is what the warehouse made of the folder ``pseudonymised``."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach '{database}' as made (read_only)")
        read(connection, pseudonymised)
        _segment(connection)
        connection.execute((_HERE / "risk.sql").read_text(encoding="utf-8"))
        for threshold in ("middle", "strict", "loose"):
            connection.execute("set variable threshold = ?", [threshold])
            for name in ("people", "events", "metrics"):
                connection.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))
        return _compared(connection)


def read(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """A view a file of the zone, and those of all sources together that tell of people and addresses."""
    tables.view(connection, folder, segments.ENTITIES)
    connection.execute("set variable as_of = (select as_of from ledger__current_run)")
    connection.execute("set variable seeds = ?", [str(_SEEDS)])
    connection.execute((_HERE / "periods.sql").read_text(encoding="utf-8"))
    connection.execute(
        f"create table recomputed (threshold varchar, metric_id varchar, {_typed()}, "
        "above bigint, below bigint)"
    )


def _segment(connection: duckdb.DuckDBPyConnection) -> None:
    """``group_day``: when people came into another of the ten groups, on all days that metrics count."""
    connection.execute(
        """
        create table listed as from period;
        set variable first_day = (select min(period_end) from period where period_type = 'month')
        """
    )
    segments.work_out(connection, ways=("counted",), scheme="ten_groups")
    connection.execute(
        """
        create table group_day as
        select person_key, day, segment_id from daily
        qualify segment_id is distinct from lag(segment_id) over (partition by person_key order by day);
        create or replace table period as from listed
        """
    )


def _typed() -> str:
    return ", ".join(
        f"{column} {'date' if column in ('period_start', 'period_end') else 'varchar'}"
        for column in _SHARED.split(", ")
    )


def _compared(connection: duckdb.DuckDBPyConnection) -> Compared:
    connection.execute(
        f"""
        create table ours as
        select metric_id, {_SHARED}, {_pivoted()}
        from recomputed group by all having count(*) filter (threshold = 'middle') > 0;
        create table beside as
        select metric_id, {_SHARED}, theirs.* exclude (metric_id, {_SHARED}), {_SCALES} as scale,
            coalesce(ours.middle_above, 0) as above, coalesce(ours.middle_below, 0) as below,
            above * scale / nullif(below, 0)::double as middle,
            coalesce(strict_above, 0) * scale / nullif(coalesce(strict_below, 0), 0)::double as strict,
            coalesce(loose_above, 0) * scale / nullif(coalesce(loose_below, 0), 0)::double as loose
        from made.wsic.metric as theirs full join ours using (metric_id, {_SHARED})
        """
    )
    differing = connection.execute(
        """
        select metric_id, count(*) from beside
        where (numerator, denominator, value) is distinct from (above, below, middle)
            or value_low is distinct from if(middle is null, null, least(middle, strict, loose))
            or value_high is distinct from if(middle is null, null, greatest(middle, strict, loose))
        group by metric_id order by metric_id
        """
    ).fetchall()
    most = connection.execute(
        "select metric_id, max(numerator) from beside group by metric_id order by metric_id"
    ).fetchall()
    counted = connection.execute("select count(*), count(*) filter (value_low <> value_high) from beside")
    rows, ranges = counted.fetchone() or (0, 0)
    return Compared(rows, dict(differing), dict(most), ranges)


def _pivoted() -> str:
    return ", ".join(
        f"sum({part}) filter (threshold = '{threshold}') as {threshold}_{part}"
        for threshold in ("middle", "strict", "loose")
        for part in ("above", "below")
    )


def _told(found: Compared) -> tuple[list[str], int]:
    lines = [f"{found.rows} rows compared, {found.ranges} with a range"]
    lines += [
        f"{name}: at most {most}, differing {found.differing.get(name, 0)}"
        for name, most in found.most.items()
    ]
    return lines, sum(found.differing.values())


if __name__ == "__main__":
    command.run(compare, _told)
