"""Every plot of the linkage report: its drawing, the words for whoever does not see it, and its table."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from pipeline.linkage_report.figures import Figures, Row, Rows
from pipeline.pages import charts

GROUPS = {
    "age_band": "Age", "sex": "Sex", "ethnic_group": "Ethnic group",
    "imd_quintile": "Deprivation quintile (1 is most deprived)", "borough": "Borough (ONS code)",
}  # fmt: skip
_AGES = ("0-4", "5-17", "18-64", "65-74", "75-84", "85+")
_BY_RULE = ("registered", "cross_check")  # most records: beside them the rest would not be seen
_TRUSTED = ("valid_traced", "valid_untraced")
_OF_RECORDS = "per cent of records"
_RATE = "link rate, per cent"
Plot = tuple[str, str, Rows]
"""A drawing (SVG), the words that stand for it, and the rows that it shows."""


def plots(figures: Figures, wanted: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
    """Plots by name, or the ``wanted`` of them; ``history`` only where there is more than one night."""
    drawing: dict[str, Callable[[Figures], Plot]] = {
        "sources": _sources, "steps": _steps, "outcomes": _outcomes, "sizes": _sizes,
        **{group: partial(_group, group=group) for group in GROUPS},
    }  # fmt: skip
    if len({row["as_of"] for row in figures.history}) > 1:
        drawing["history"] = _history
    drawn = {name: draw(figures) for name, draw in drawing.items() if wanted is None or name in wanted}
    return {name: {"svg": svg, "alt": alt, "rows": rows} for name, (svg, alt, rows) in drawn.items()}


def _sources(figures: Figures) -> Plot:
    svg = charts.dots(figures.sources, over="source", value="link_rate", title=_RATE)
    return svg, "Link rate by source in per cent.", figures.sources


def _steps(figures: Figures) -> Plot:
    rest = [row for row in figures.steps if row["link_step"] not in _BY_RULE]
    svg = charts.stacked(rest, over="source", part="link_step", share="share", title=_OF_RECORDS)
    words = f"Share of records by source that were linked otherwise than by {' or '.join(_BY_RULE)}."
    return svg, words, figures.steps


def _outcomes(figures: Figures) -> Plot:
    outcomes = [row for row in figures.of_profile("number_outcome") if row["share"]]
    doubtful = [row for row in outcomes if row["value"] not in _TRUSTED]
    svg = charts.stacked(doubtful, over="source", part="value", share="share", title=_OF_RECORDS)
    words = "Share of records by source whose NHS number is missing or may not be trusted, by outcome."
    return svg, words, _columns(outcomes, "source", "value", "records", "share")


def _sizes(figures: Figures) -> Plot:
    sizes = sorted(figures.of_profile("cluster_size"), key=lambda row: _first_number(row["value"]))
    svg = charts.before_and_now(
        [row for row in sizes if row["source"] == "acute"],
        over="value", now="share", before="share_before", title="per cent of hospital records",
    )  # fmt: skip
    words = "Hospital records by how many records their person has; a tick is the mean of the nights before."
    return svg, words, _columns(sizes, "source", "value", "records", "share", "share_before")


def _history(figures: Figures) -> Plot:
    history = _unlinked(figures.history)
    svg = charts.lines(history, over="as_of", value="share", part="source", title=_OF_RECORDS)
    words = "Records that were linked to no other, by source and night, in per cent."
    return svg, words, _columns(history, "as_of", "source", "records", "share")


def _group(figures: Figures, group: str) -> Plot:
    rows = [row for row in figures.groups if row["group_type"] == group]
    rows.sort(key=lambda row: (row["group_value"] == "unknown", _place(row["group_value"])))
    svg = charts.dots(rows, over="group_value", value="link_rate", title=_RATE)
    words = f"Link rate by {GROUPS[group]}, all sources but general practice, in per cent."
    shown = ("group_value", "records", "link_rate", "missed_per_1000", "false_per_1000")
    return svg, words, _columns(rows, *shown)


def _unlinked(history: Rows) -> Rows:
    """Share of each source's records that were linked to no person elsewhere, night by night."""
    loose = ("unmatched", "one_time", "bucket", "birth_date_conflict")
    nights = sorted({(row["as_of"], row["source"]) for row in history})
    rows = []
    for night in nights:
        of_night = [row for row in history if (row["as_of"], row["source"]) == night]
        total = sum(row["records"] for row in of_night)
        records = sum(row["records"] for row in of_night if row["value"] in loose)
        rows.append(
            {"as_of": night[0], "source": night[1], "records": records, "share": 100 * records / total}
        )
    return rows


def _columns(rows: Rows, *names: str) -> list[Row]:
    return [{name: row[name] for name in names} for row in rows]


def _place(value: str) -> tuple[int, str]:
    return (_AGES.index(value) if value in _AGES else 0, value)


def _first_number(value: str) -> int:
    return int("".join(letter if letter.isdigit() else " " for letter in value).split()[0])
