"""What the versions that the run published say: metrics and ranges, coverage by borough, links by group."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipeline.ig_report.release import Release, Row, Rows
from pipeline.linkage_report.figures import Figures, read_figures
from pipeline.settings import OPEN_PRODUCT, PRODUCTS

_QUOTED = (
    "secondary_use",
    "direct_care",
)  # nobody who objected is in the first, so that it is quoted where it is
# The whole system; of the periods that end last, the longest: the financial year to date.
_OF_SYSTEM = """
    where area_type = 'system' and group_type = 'all'
    qualify row_number() over (partition by metric_id order by period_end desc, period_start) = 1
    order by metric_id"""
_METRICS = f"""
    select metric_id, period_start, period_end, numerator, denominator, value, value_low, value_high, unit,
        coverage, 100 * (value_low / nullif(value, 0) - 1) as lower_by,
        100 * (value_high / nullif(value, 0) - 1) as higher_by
    from wsic.metric {_OF_SYSTEM}"""
_OPEN_METRICS = f"""
    select metric_id, period_start, period_end, value, unit, coverage, is_suppressed
    from open.metric {_OF_SYSTEM}"""
# The month that ended last: a year to date says little of what came tonight.
_COVERAGE = """
    with monthly as (
        select * from {table} where period_type = 'month' and area_type = 'borough' and group_type = 'all'
    )
    select area_code, max(period_end) as month_to, count(*) as metrics,
        count(*) filter (coverage = 'complete') as complete,
        count(*) filter (coverage = 'partial') as partial, count(*) filter (coverage = 'missing') as missing
    from monthly where period_end = (select max(period_end) from monthly)
    group by area_code order by area_code"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """``product``: the one that metrics and coverage are of; ``None`` where the run published none.

    ``metrics``: ``lower_by`` and ``higher_by`` are how far doubtful links move the value, in per cent of it.
    ``boroughs``: of each area that the night knows, how many metrics rest on feeds that came all month.
    """

    product: str | None
    metrics: Rows
    boroughs: Rows
    linkage: Figures | None


def read(release: Release, published: tuple[str, ...], *, is_for_elsewhere: bool) -> Published:
    """From the versions; for elsewhere from the open product alone, whose counts may be known."""
    if is_for_elsewhere:
        return _read_open(release, published)
    product = next((name for name in _QUOTED if name in published), None)
    if product is None:
        return Published(product=None, metrics=(), boroughs=(), linkage=None)
    linked = next(name for name in PRODUCTS if name in published)
    return Published(
        product=product, metrics=_rows(release, product, _METRICS),
        boroughs=_rows(release, product, _COVERAGE.format(table="wsic.metric")),
        linkage=_linkage(release, linked),
    )  # fmt: skip


def _read_open(release: Release, published: tuple[str, ...]) -> Published:
    if OPEN_PRODUCT not in published:
        return Published(product=None, metrics=(), boroughs=(), linkage=None)
    return Published(
        product=OPEN_PRODUCT, metrics=_rows(release, OPEN_PRODUCT, _OPEN_METRICS),
        boroughs=_rows(release, OPEN_PRODUCT, _COVERAGE.format(table="open.metric")), linkage=None,
    )  # fmt: skip


def _rows(release: Release, product: str, statement: str) -> list[Row]:
    return list(release.in_product(product, statement) or ())


def _linkage(release: Release, product: str) -> Figures | None:
    path = release.database(product)
    try:
        return read_figures(path, release.ledger, product) if path.exists() else None
    except duckdb.Error:
        return None  # a version that earlier code made; the error's text may hold a value
