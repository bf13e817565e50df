"""What a sender lost by each rule, and which rows: read from quarantine by number, column and rule only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline import duck
from pipeline.duck import literal
from pipeline.landing.quarantine import quarantine_path
from pipeline.settings import Settings
from pipeline.zones import Zones


@dataclass(frozen=True, slots=True)
class Loss:
    """Rows that one rule refused, and those that no other rule refused as well."""

    rule_id: str
    column: str
    rows: int
    rows_alone: int


@dataclass(frozen=True, slots=True)
class Losses:
    """What the row rules of one file refused: how many rows, and by rule and column."""

    rows: int = 0
    by_rule: tuple[Loss, ...] = ()


def losses(settings: Settings, file: Mapping[str, Any]) -> Losses:
    """What the row rules refused of one file (a row of the ledger's ``file``)."""
    found = _ask(
        settings,
        file,
        """with broken as (
            select distinct _row, rule_id, coalesce(column_name, '') as column_name
            from refused where _row is not null),
        counted as (select *, count(*) over (partition by _row) as rules from broken)
        select rule_id, column_name, count(distinct _row), count_if(rules = 1)
        from counted group by grouping sets ((rule_id, column_name), ()) order by all""",
    )
    by_rule = tuple(Loss(*row) for row in found if row[0] is not None)
    return Losses(sum(row[2] for row in found if row[0] is None), by_rule)


def refused_rows(settings: Settings, file: Mapping[str, Any], *, at_most: int) -> list[dict[str, Any]]:
    """The refused rows of one file: ``row, line_number, column_name, rule_id``, in order of row.

    Of each rule and column no more than ``at_most``, the first ones; never their text.
    """
    names = ("row", "line_number", "column_name", "rule_id")
    found = _ask(
        settings,
        file,
        f"""select distinct _row, line_number, coalesce(column_name, '') as column_name, rule_id
        from refused where _row is not null
        qualify dense_rank() over (partition by rule_id, column_name order by _row) <= {int(at_most)}
        order by _row, rule_id, column_name""",
    )
    return [dict(zip(names, row, strict=True)) for row in found]


def _ask(settings: Settings, file: Mapping[str, Any], statement: str) -> list[tuple[Any, ...]]:
    day = date.fromisoformat(file["extract_date"])
    path = quarantine_path(Zones(settings.home), file["source"], file["sender"], day, file["file_id"])
    if not path.exists():
        return []
    with duck.connect(settings) as con, duck.values_hidden("rows in quarantine"):
        con.execute(
            f"""create temp view refused as select _row, line_number, column_name, rule_id
            from read_parquet({literal(path)}, hive_partitioning = false)"""
        )
        return con.execute(statement).fetchall()
