"""What a run published: where each product lies, and the headline metrics in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from pipeline.ledger import Ledger
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from pipeline.zones import Zones

HEADLINES = (
    "emergency_admissions", "emergency_admissions_65_plus", "emergency_attendances", "total_bed_days",
    "long_term_social_care_65_plus",
)  # fmt: skip
_FROM = "secondary_use"  # the product that the metrics are quoted from: nobody who objected is in them

# The whole system; of the periods that end last, the longest: the financial year to date.
_METRICS = """
    select metric_id, period_start, period_end, numerator, denominator, value, unit, coverage
    from wsic.metric
    where area_type = 'system' and group_type = 'all' and list_contains(?, metric_id)
    qualify row_number() over (partition by metric_id order by period_end desc, period_start) = 1
    order by list_position(?, metric_id)"""


def headlines(settings: Settings, run_id: str) -> list[dict[str, Any]]:
    """Rows of ``wsic.metric`` for :data:`HEADLINES` as this run published them; empty if it did not."""
    path = Zones(settings.home).published(_FROM) / "versions" / f"{run_id}.duckdb"
    if not path.exists():
        return []
    with duckdb.connect(str(path), read_only=True) as connection:
        return _rows(connection, _METRICS)


def products(settings: Settings, ledger: Ledger, run_id: str) -> list[dict[str, Any]]:
    """Each product: what became of it in this run, and which version is served where."""
    said = {row["product"]: row for row in _publications(ledger, run_id)}
    return [
        {
            "product": product,
            "this_run": said[product]["outcome"] if product in said else "not published",
            "serves": _served(settings, product),
            "where": _shown(Zones(settings.home).published(product)),
        }
        for product in (*PRODUCTS, OPEN_PRODUCT)
    ]


def look(settings: Settings) -> str:
    """A command that shows published numbers."""
    path = _shown(Zones(settings.home).published(_FROM) / "current.duckdb")
    query = "from wsic.population_segment select segment_name, count(*) group by all order by all"
    return f"""python -c "import duckdb; duckdb.connect('{path}', read_only=True).sql('{query}').show()\""""


def _rows(connection: duckdb.DuckDBPyConnection, statement: str) -> list[dict[str, Any]]:
    found = connection.execute(statement, [list(HEADLINES), list(HEADLINES)])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _publications(ledger: Ledger, run_id: str) -> list[dict[str, Any]]:
    return ledger.query("select product, outcome, message from publication where run_id = ?", (run_id,))


def _served(settings: Settings, product: str) -> str | None:
    """Run id of the version that ``current.duckdb`` points at."""
    link = Zones(settings.home).published(product) / "current.duckdb"
    return link.resolve().stem if link.exists() else None


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
