"""Plots as static SVG, drawn without a browser and without a connection.

Colours are words of the page's style sheet (``var(--s1)``), so that one drawing serves light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

Rows = Sequence[Mapping[str, Any]]
_WIDTH = 300
_COLOURS = [f"var(--s{place})" for place in range(1, 9)]
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
            color=alt.Color(
                f"{part}:N", title=None, scale=alt.Scale(domain=parts, range=_colours(len(parts)))
            ),
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


def lines(rows: Rows, *, over: str, value: str, part: str, title: str) -> str:
    """A line over the nights for each ``part``."""
    parts = sorted({row[part] for row in rows})
    chart = (
        _chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X(f"{over}:T", title=None, axis=alt.Axis(format="%d %b", tickCount=5)),
            y=alt.Y(f"{value}:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color(
                f"{part}:N", title=None, scale=alt.Scale(domain=parts, range=_colours(len(parts)))
            ),
        )
    )
    return _svg(chart.properties(width=_WIDTH, height=180), rows)


def _chart(rows: Rows) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _names(field: str) -> alt.Y:
    return alt.Y(f"{field}:N", title=None, sort=None, axis=alt.Axis(labelLimit=160))


def _colours(parts: int) -> Sequence[str]:
    return [_COLOURS[place % len(_COLOURS)] for place in range(parts)]


def _svg(chart: Any, rows: Rows) -> str:
    """The drawing; none where there is nothing to draw."""
    if not rows:
        return ""
    looks = {
        "background": "transparent",
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "padding": {"left": 20, "right": 12, "top": 4, "bottom": 4},  # a browser's letters may be wider
        "axis": {
            "labelColor": _INK, "titleColor": _INK, "labelFontSize": 12, "titleFontSize": 12,
            "titleFontWeight": "normal", "tickCount": 5,
            "gridColor": _GRID, "domainColor": _GRID, "tickColor": _GRID,
        },
        "legend": {
            "labelColor": _INK, "labelFontSize": 12, "labelLimit": 170, "orient": "bottom", "columns": 2,
        },
    }  # fmt: skip
    # No address may be fetched from: everything drawn lies in the specification.
    drawn: str = vl_convert.vegalite_to_svg(chart.configure(**looks).to_dict(), allowed_base_urls=[])
    return drawn
