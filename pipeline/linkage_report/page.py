"""The linkage report as one HTML page: a table under each plot, light and dark, screen and print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from pipeline.linkage_report import charts
from pipeline.linkage_report.figures import Figures, Row, Rows

_FOLDER = Path(__file__).parent
_GROUPS = {
    "age_band": "Age", "sex": "Sex", "ethnic_group": "Ethnic group",
    "imd_quintile": "Deprivation quintile (1 is most deprived)", "borough": "Borough (ONS code)",
}  # fmt: skip
_AGES = ("0-4", "5-17", "18-64", "65-74", "75-84", "85+")
_BY_RULE = (
    "registered",
    "cross_check",
)  # most of all records, so that the rest would not be seen beside them
_TRUSTED = ("valid_traced", "valid_untraced")


def render(figures: Figures, method: Mapping[str, str]) -> str:
    """The whole page; the same figures give the same page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["number"] = number
    template = environment.get_template("page.html")
    return template.render(
        figures=figures,
        method=dict(method),
        plots=_plots(figures),
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
    )


def number(value: object) -> str:
    """A value as a person reads it: thousands apart, two decimals, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plots(figures: Figures) -> dict[str, dict[str, Any]]:
    """Every plot by name: its drawing, the words for whoever does not see it, and its table."""
    rest = [row for row in figures.steps if row["link_step"] not in _BY_RULE]
    outcomes = [row for row in figures.of_profile("number_outcome") if row["share"]]
    doubtful = [row for row in outcomes if row["value"] not in _TRUSTED]
    sizes = sorted(figures.of_profile("cluster_size"), key=lambda row: _first_number(row["value"]))
    history = _unlinked(figures.history)
    found = {
        "sources": (
            charts.dots(figures.sources, over="source", value="link_rate", title="link rate, per cent"),
            "Link rate by source in per cent.",
            figures.sources,
        ),
        "steps": (
            charts.stacked(rest, over="source", part="link_step", share="share", title="per cent of records"),
            f"Share of records by source that were linked otherwise than by {' or '.join(_BY_RULE)}.",
            figures.steps,
        ),
        "outcomes": (
            charts.stacked(
                doubtful, over="source", part="value", share="share", title="per cent of records"
            ),
            "Share of records by source whose NHS number is missing or may not be trusted, by outcome.",
            _columns(outcomes, "source", "value", "records", "share"),
        ),
        "sizes": (
            charts.before_and_now(
                [row for row in sizes if row["source"] == "acute"], over="value", now="share",
                before="share_before", title="per cent of hospital records",
            ),
            "Hospital records by how many records their person has; a tick is the mean of the nights before.",
            _columns(sizes, "source", "value", "records", "share", "share_before"),
        ),
    }  # fmt: skip
    if len({row["as_of"] for row in history}) > 1:
        found["history"] = (
            charts.lines(history, over="as_of", value="share", part="source", title="per cent of records"),
            "Records that were linked to no other, by source and night, in per cent.",
            _columns(history, "as_of", "source", "records", "share"),
        )
    for group, words in _GROUPS.items():
        rows = [row for row in figures.groups if row["group_type"] == group]
        rows.sort(key=lambda row: (row["group_value"] == "unknown", _place(row["group_value"])))
        found[group] = (
            charts.dots(rows, over="group_value", value="link_rate", title="link rate, per cent"),
            f"Link rate by {words}, all sources but general practice, in per cent.",
            _columns(rows, "group_value", "records", "link_rate", "missed_per_1000", "false_per_1000"),
        )
    return {name: {"svg": svg, "alt": alt, "rows": rows} for name, (svg, alt, rows) in found.items()}


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
