"""Plots as static SVG, drawn without a browser and without a connection.

Colours are words of the page's style sheet (``var(--s1)``), so that one drawing serves light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

Rows = Sequence[Mapping[str, Any]]
_WIDTH, _FEW_NIGHTS = 300, 7
_COLOURS = [f"var(--s{place})" for place in range(1, 9)]
_WORDS = "replace(datum.label, /_/g, ' ')"  # a word of the code as words of English
_INK, _GRID = "var(--ink)", "var(--grid)"


def stacked(rows: Rows, *, over: str, part: str, share: str, title: str) -> str:
    """A bar for each value of ``over``, made of the shares (per cent) of each ``part``."""
    parts = sorted({row[part] for row in rows})
    chart = (
        _chart(rows)
        .mark_bar()
        .encode(
            y=_names(over),
            x=alt.X(f"{share}:Q", title=title, stack="zero"),
            color=_parted(part, parts),
        )
    )
    return _svg(chart.properties(width=_WIDTH, height=alt.Step(22)), rows)


def dots(rows: Rows, *, over: str, value: str, title: str) -> str:
    """A dot for each value of ``over`` on a scale that shows the differences, not nought."""
    chart = (
        _chart(rows)
        .mark_point(filled=True, size=80, color=_COLOURS[0], opacity=1)
        .encode(y=_names(over), x=alt.X(f"{value}:Q", title=title, scale=alt.Scale(zero=False, nice=True)))
    )
    return _svg(chart.properties(width=_WIDTH, height=alt.Step(22)), rows)


def before_and_now(rows: Rows, *, over: str, now: str, before: str, title: str) -> str:
    """A bar of tonight for each value of ``over``, and a tick at the mean of the nights before."""
    base = _chart(rows).encode(y=_names(over))
    bars = base.mark_bar(color=_COLOURS[0]).encode(x=alt.X(f"{now}:Q", title=title))
    ticks = base.mark_tick(color=_INK, thickness=3, size=18).encode(x=alt.X(f"{before}:Q", title=title))
    return _svg(alt.layer(bars, ticks).properties(width=_WIDTH, height=alt.Step(22)), rows)


def ranges(rows: Rows, *, over: str, low: str, high: str, title: str) -> str:
    """For each value of ``over`` a line from ``low`` to ``high`` with a tick at nought, the value itself."""
    base = _chart(rows).encode(y=_names(over, limit=300))
    reach = base.mark_rule(color=_COLOURS[0], strokeWidth=5).encode(
        x=alt.X(f"{low}:Q", title=title), x2=f"{high}:Q"
    )
    ticks = base.mark_tick(color=_INK, thickness=3, size=14).encode(x=alt.datum(0))
    return _svg(alt.layer(reach, ticks).properties(width=_WIDTH, height=alt.Step(22)), rows, left=80)


def lines(
    rows: Rows,
    *,
    over: str,
    value: str,
    part: str,
    title: str,
    from_nought: bool = False,
    is_log: bool = False,
) -> str:
    """A line over the nights for each ``part``; on a logarithmic scale none is drawn of nought."""
    rows = [row for row in rows if row[value]] if is_log else rows
    parts = sorted({row[part] for row in rows})
    # A tick a night where they are few: else the same day would stand twice.
    ticks = {"interval": "day", "step": 1} if len({row[over] for row in rows}) <= _FEW_NIGHTS else 5
    scale = alt.Scale(type="log") if is_log else alt.Scale(zero=from_nought)
    chart = (
        _chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X(f"{over}:T", title=None, axis=alt.Axis(format="%d %b", tickCount=ticks)),
            y=alt.Y(f"{value}:Q", title=title, scale=scale),
            color=_parted(part, parts),
        )
    )
    return _svg(chart.properties(width=_WIDTH, height=180), rows)


def _chart(rows: Rows) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _names(field: str, limit: int = 170) -> alt.Y:
    return alt.Y(f"{field}:N", title=None, sort=None, axis=alt.Axis(labelLimit=limit, labelExpr=_WORDS))


def _parted(part: str, parts: Sequence[str]) -> alt.Color:
    """A colour for each of ``parts``, and a legend that says them in words."""
    scale = alt.Scale(domain=parts, range=_colours(len(parts)))
    return alt.Color(f"{part}:N", title=None, scale=scale, legend=alt.Legend(labelExpr=_WORDS))


def _colours(parts: int) -> Sequence[str]:
    return [_COLOURS[place % len(_COLOURS)] for place in range(parts)]


def _svg(chart: Any, rows: Rows, *, left: int = 20) -> str:
    """The drawing; none where there is nothing to draw."""
    if not rows:
        return ""
    looks = {
        "background": "transparent",
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "padding": {"left": left, "right": 12, "top": 4, "bottom": 4},  # a browser's letters may be wider
        "axis": {
            "labelColor": _INK, "titleColor": _INK, "labelFontSize": 12, "titleFontSize": 12,
            "titleFontWeight": "normal", "tickCount": 5,
            "gridColor": _GRID, "domainColor": _GRID, "tickColor": _GRID,
        },
        "legend": {
            "labelColor": _INK, "labelFontSize": 12, "labelLimit": 170, "orient": "bottom", "columns": 2,
            "columnPadding": 36,
        },
    }  # fmt: skip
    # No address may be fetched from: everything drawn lies in the specification.
    drawn: str = vl_convert.vegalite_to_svg(chart.configure(**looks).to_dict(), allowed_base_urls=[])
    return drawn
