"""Works segments out again, day after day, and compares them with the warehouse's, row for row.

``python -m tests.recomputed.segments HOME`` does it for the products that a night left in ``HOME``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.recomputed import tables

_HERE = Path(__file__).parent
_SEEDS = _HERE.parents[1] / "dbt_project" / "seeds"
_NIGHT = "person_key, segment_id, evidence_on, previous_segment_id, previous_until_month"
_MONTH = f"{_NIGHT}, scheme_id, month, reason"
_MOVE = "month, scheme_id, from_segment_id, to_segment_id, people"
_ENTITIES = ("patients", "addresses", "conditions", "encounters", "observations")
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
        days = _read(connection, pseudonymised)
        for name in ("people", "segments"):
            connection.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))
        rows, differing = {}, {}
        for table, (made, wanted) in _pairs().items():
            rows[table] = tables.count(connection, wanted)
            differing[table] = tables.n_differing(connection, made, wanted)
        return Compared(rows, differing, days)


def _read(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    tables.view(connection, folder, _ENTITIES)
    for table, seed in {"rule": "population_segments", "condition": "conditions"}.items():
        connection.execute(f"create table {table} as from read_csv('{_SEEDS / seed}.csv')")
    connection.execute(
        """
        set variable threshold = 'middle';
        set variable as_of = (select as_of from ledger__current_run);
        set variable first_day = (select last_day(min(month)) from made.wsic.population_segment_month);
        create table shown as select person_key, birth_month from made.core.person;
        create table period as
        select 'day' as period_type, day::date as period_start, day::date as period_end
        from generate_series(getvariable('first_day'), getvariable('as_of'), interval 1 day) as d(day)
        """
    )
    return tables.count(connection, "from period")


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


def main() -> None:
    """Compare from the command line; fails where anything differs."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home
    failed = 0
    for product in ("direct_care", "secondary_use"):
        found = compare(home / "pseudonymised" / product, home / "published" / product / "current.duckdb")
        print(f"{product}: {found.days} days; rows {found.rows}; differing {found.differing}")  # noqa: T201
        failed += sum(found.differing.values())
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
