"""Works out again how far the feeds behind each metric reach, and compares it with ``wsic.metric``.

``python -m tests.recomputed.coverage HOME`` does it for the products that a night left in ``HOME``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.recomputed import command, metrics

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Compared:
    """Metrics, periods and areas by their coverage, and those whose coverage differs: (area, said, ours)."""

    counted: dict[str, int]
    differing: list[tuple[str, str, str, str, str | None, str | None]]


def compare(pseudonymised: Path, database: Path) -> Compared:
    """``database`` is what the warehouse made of the folder ``pseudonymised``."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach '{database}' as made (read_only)")
        metrics.read(connection, pseudonymised)
        connection.execute("set variable threshold = 'middle'")
        for name in ("people", "events", "contacts", "coverage"):
            connection.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))
        return _compared(connection)


def _compared(connection: duckdb.DuckDBPyConnection) -> Compared:
    """Every published row; an area that nobody is registered in tonight is judged by the whole."""
    connection.execute(
        """
        create temp table beside as
        select distinct
            m.metric_id, m.period_type, m.period_start::varchar as period_start, m.area_type, m.area_code,
            m.coverage as said, coalesce(own.coverage, whole.coverage) as ours
        from made.wsic.metric as m
        left join covered as own using (metric_id, period_type, period_start, area_type, area_code)
        left join covered as whole on whole.area_type = 'system'
            and (whole.metric_id, whole.period_type, whole.period_start)
                = (m.metric_id, m.period_type, m.period_start)
        """
    )
    counted = connection.execute("select ours, count(*) from beside group by ours order by ours").fetchall()
    differing = connection.execute(
        "select metric_id, period_type || ' ' || period_start, area_type, area_code, said, ours from beside "
        "where said is distinct from ours order by all"
    ).fetchall()
    return Compared(dict(counted), differing)


def _told(found: Compared) -> tuple[list[str], int]:
    return [f"{found.counted}, {len(found.differing)} differ"], len(found.differing)


if __name__ == "__main__":
    command.run(compare, _told)
