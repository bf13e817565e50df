"""Works segments out again, day after day, and compares them with the warehouse's, row for row.

``python -m tests.recomputed.segments HOME`` does it for the products that a night left in ``HOME``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.recomputed import command, tables

_HERE = Path(__file__).parent
_SEEDS = _HERE.parents[1] / "dbt_project" / "seeds"
_NIGHT = "person_key, segment_id, evidence_on, previous_segment_id, previous_until_month"
_MONTH = f"{_NIGHT}, scheme_id, month, reason"
_MOVE = "month, scheme_id, from_segment_id, to_segment_id, people"
ENTITIES = ("patients", "addresses", "conditions", "encounters", "observations")
_SCHEMES = {"population_segment": "ten_groups", "bridges_to_health": "bridges_to_health"}


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows of each table, rows that one side alone has, and days that were worked out."""

    rows: dict[str, int]
    differing: dict[str, int]
    days: int


def compare(pseudonymised: Path, database: Path) -> Compared:
    """``database`` is what the warehouse made of the folder ``pseudonymised``."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach '{database}' as made (read_only)")
        tables.view(connection, pseudonymised, ENTITIES)
        connection.execute(
            """
            set variable as_of = (select as_of from ledger__current_run);
            set variable first_day = (select last_day(min(month)) from made.wsic.population_segment_month)
            """
        )
        work_out(connection)
        days = tables.count(connection, "from period")
        rows, differing = {}, {}
        for table, (made, wanted) in _pairs().items():
            rows[table] = tables.count(connection, wanted)
            differing[table] = tables.n_differing(connection, made, wanted)
        return Compared(rows, differing, days)


def work_out(
    connection: duckdb.DuckDBPyConnection, *, ways: tuple[str, ...] = ("counted", "shown"), scheme: str = "%"
) -> None:
    """Make the table ``daily`` from the variables ``first_day`` and ``as_of`` and the views of the zone.

    ``made`` must be attached: what it shows of a birth decides which of a person's two ages it tells by.
    """
    connection.execute("set variable ways = ?", [list(ways)])
    for table, seed in {"rule": "population_segments", "condition": "conditions"}.items():
        connection.execute(f"create table {table} as from read_csv('{_SEEDS / seed}.csv')")
    connection.execute("delete from rule where scheme_id not like ?", [scheme])
    connection.execute(
        """
        set variable threshold = 'middle';
        create table shown as select person_key, birth_month from made.core.person;
        create or replace table period as
        select 'day' as period_type, day::date as period_start, day::date as period_end
        from generate_series(getvariable('first_day'), getvariable('as_of'), interval 1 day) as d(day)
        """
    )
    for name in ("people", "segments"):
        connection.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))


def _pairs() -> dict[str, tuple[str, str]]:
    """Queries of what was made and of what is wanted, by table."""
    pairs = {
        table: (
            f"select {_NIGHT} from made.wsic.{table}",
            f"select {_NIGHT} from daily where way = 'shown' and scheme_id = '{scheme}' "
            "and day = getvariable('as_of')",
        )
        for table, scheme in _SCHEMES.items()
    }
    months = _MONTH.replace(" month,", " date_trunc('month', day)::date as month,")
    pairs["population_segment_month"] = (
        f"select {_MONTH} from made.wsic.population_segment_month",
        f"select {months} from daily where way = 'shown' and day = last_day(day)",
    )
    pairs["segment_move"] = (
        f"select {_MOVE} from made.wsic.segment_move",
        f"select {_MOVE} from wanted_move",
    )
    return pairs


def _told(found: Compared) -> tuple[list[str], int]:
    line = f"{found.days} days; rows {found.rows}; differing {found.differing}"
    return [line], sum(found.differing.values())


if __name__ == "__main__":
    command.run(compare, _told)
