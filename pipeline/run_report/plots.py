"""Every plot of the run report: its drawing, the words for whoever does not see it, and its table."""

from __future__ import annotations

from typing import Any

from pipeline.ig_report.release import Row, Rows
from pipeline.linkage_report.plots import GROUPS
from pipeline.linkage_report.plots import plots as plots_of_linkage
from pipeline.pages import charts, number
from pipeline.run_report.nights import Nights
from pipeline.run_report.published import Published

RULES_DRAWN = 12  # the rules that cost most; the table has them all
_BY_RULE = ("registered", "cross_check")  # most records: beside them the rest would not be seen
Plot = dict[str, Any]


def plots(nights: Nights, published: Published, *, is_for_elsewhere: bool) -> dict[str, Plot]:
    """Plots by name; what would have nothing in it, or may not be told elsewhere, is left out."""
    drawn = {
        "feeds": _feeds(nights), "volumes": _volumes(nights), "minutes": _minutes(nights),
        "seconds": _seconds(nights),
    }  # fmt: skip
    if not is_for_elsewhere:
        drawn |= {"rules": _rules(nights), "refused": _refused(nights), "steps": _steps(nights)}
        drawn |= {"metrics": _metrics(published)}
        if published.linkage:
            drawn |= plots_of_linkage(published.linkage, wanted=("sources", *GROUPS))
    return {name: one for name, one in drawn.items() if one["rows"]}


def _feeds(nights: Nights) -> Plot:
    svg = charts.stacked(nights.feeds, over="source", part="state", share="feeds", title="feeds")
    return _plot(svg, "Feeds by source and what came of them tonight.", nights.feeds)


def _volumes(nights: Nights) -> Plot:
    rows = [{**row, "rows": row["rows_in"]} for row in nights.volumes] if nights.has_before else []
    svg = charts.lines(rows, over="as_of", value="rows", part="source", title="rows received", is_log=True)
    words = "Rows received by source and night, on a scale on which each line is ten times the one below."
    return _plot(svg, words, nights.volumes)


def _refused(nights: Nights) -> Plot:
    rows = [
        {"as_of": row["as_of"], "source": row["source"], "rows_in": row["rows_in"],
         "rows_quarantined": row["rows_quarantined"],
         "share": 100 * row["rows_quarantined"] / row["rows_in"] if row["rows_in"] else 0.0}
        for row in nights.volumes
    ]  # fmt: skip
    drawn = rows if nights.has_before else []
    svg = charts.lines(drawn, over="as_of", value="share", part="source", title="per cent of rows received")
    return _plot(svg, "Share of rows received that were quarantined, by source and night, in per cent.", rows)


def _rules(nights: Nights) -> Plot:
    cost = {row["rule_id"]: 0 for row in nights.refused}
    for row in nights.refused:
        cost[row["rule_id"]] += row["rows"]
    most = sorted((rule for rule, rows in cost.items() if rows), key=lambda rule: (-cost[rule], rule))
    drawn = [
        row for rule in most[:RULES_DRAWN] for row in nights.refused if row["rule_id"] == rule and row["rows"]
    ]
    svg = charts.stacked(drawn, over="rule_id", part="source", share="rows", title="rows")
    words = "Rows refused by rule and source; in the table also rows of rules that only warn."
    return _plot(svg, words, nights.rules)


def _steps(nights: Nights) -> Plot:
    rest = [row for row in nights.link_steps if row["link_step"] not in _BY_RULE]
    svg = charts.stacked(rest, over="source", part="link_step", share="share", title="per cent of records")
    words = f"Share of records by source that were linked otherwise than by {' or '.join(_BY_RULE)}."
    return _plot(svg, words.replace("_", " "), nights.link_steps)


def _metrics(published: Published) -> Plot:
    drawn = [
        {name: row[name] for name in ("metric_id", "lower_by", "higher_by")}
        for row in published.metrics
        if row["lower_by"] is not None and row["higher_by"] is not None
    ]
    is_any_moved = any(row["lower_by"] or row["higher_by"] for row in drawn)
    svg = charts.ranges(
        drawn if is_any_moved else [],
        over="metric_id", low="lower_by", high="higher_by", title="per cent of the value",
    )  # fmt: skip
    words = "How far each metric could move if doubtful links were judged more strictly or more loosely."
    return _plot(svg, words, [_metric(row) for row in published.metrics])


def _metric(row: Row) -> Row:
    is_moved = row["value_low"] != row["value_high"]
    ends = f"{number(row['value_low'])} to {number(row['value_high'])}" if is_moved else "the same"
    return {**row, "period": f"{row['period_start']} to {row['period_end']}", "range": ends}


def _minutes(nights: Nights) -> Plot:
    rows = [{**row, "what": "whole night"} for row in nights.nights if row["minutes"] is not None]
    drawn = rows if nights.has_before else []
    svg = charts.lines(drawn, over="as_of", value="minutes", part="what", title="minutes", from_nought=True)
    table = [{name: row[name] for name in ("as_of", "run_id", "outcome", "minutes")} for row in nights.nights]
    return _plot(svg, "Minutes from the beginning of each night to its end.", table)


def _seconds(nights: Nights) -> Plot:
    svg = charts.before_and_now(
        nights.seconds, over="step", now="seconds", before="seconds_before", title="seconds of work"
    )
    words = "Seconds of work of each step tonight; a tick is the mean of the nights before."
    return _plot(svg, words, nights.seconds)


def _plot(svg: str, words: str, rows: Rows) -> Plot:
    return {"svg": svg, "alt": words, "rows": rows}
