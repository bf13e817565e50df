"""The figures of a run's summary. Counts and outcomes only; nothing here can name a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.ledger import Ledger
from pipeline.run import judge, open_ledger
from pipeline.settings import Settings
from pipeline.summary import published

Row = dict[str, Any]

_FEEDS = """
    with tonight as (
        select source, sender, format as feed, count(*) as files, sum(rows_in) as rows_in,
               sum(rows_landed) as landed, sum(rows_quarantined) as quarantined
        from file where run_id = :run_id group by source, sender, format
    ),
    told as (
        select source, sender, feed, outcome, last_extract_on, is_late, message from feed
        where run_id = :run_id
        union all  -- files that belong to no format the feed is known for
        select source, sender, feed, 'refused', null, 0, '' from tonight as t
        where not exists (select 1 from feed as f where f.run_id = :run_id
                          and (f.source, f.sender, f.feed) = (t.source, t.sender, t.feed))
    )
    select source, sender, feed, outcome, last_extract_on, iif(is_late, 'late', '') as late,
           coalesce(files, 0) as files, coalesce(rows_in, 0) as rows_in, coalesce(landed, 0) as landed,
           coalesce(quarantined, 0) as quarantined, message
    from told left join tonight using (source, sender, feed) order by source, sender, feed"""
_LINKS = """
    select link_step, source, sum(records) as records from link
    where run_id = :run_id group by link_step, source"""
_CONTRADICTIONS = """
    select reason, decisions from link_contradiction where run_id = :run_id order by reason"""
_WITHHELD = """
    select product, reason, people, rows from withheld
    where run_id = :run_id order by product, rows desc, reason"""
_OBJECTIONS = """
    select o.reply_on, o.lapses_on,
           cast(julianday(o.lapses_on) - julianday(run.as_of) as integer) as days_left,
           nullif(o.request_id, '') as request, o.numbers_asked, o.numbers as numbers_allowed
    from opt_out_reply as o join run using (run_id) where o.run_id = :run_id"""
_CHECKS = """
    select product, suite, count(*) as rules, sum(is_passed) as passed,
           sum(is_passed = 0 and severity = 'warning') as warnings,
           sum(is_passed = 0 and severity = 'critical') as refused
    from rule_result where run_id = :run_id group by product, suite order by product, suite"""
_BROKEN = """
    select product, suite, rule_id, severity, rows_checked, rows_failed from rule_result
    where run_id = :run_id and is_passed = 0 order by severity, product, suite, rule_id"""
_STAGES = """
    select product, stage, sum(rows_in) as rows_in, sum(rows_out) as rows_out,
           sum(rows_quarantined) as quarantined, sum(rows_withheld) as withheld,
           sum(rows_superseded) as superseded,
           sum(rows_in <> rows_out + rows_quarantined + rows_withheld + rows_superseded) as files_unbalanced
    from stage where run_id = :run_id group by product, stage order by product, stage"""
_STEPS = """
    select step, subject, outcome, message,
           cast(round((julianday(ended_at) - julianday(started_at)) * 86400) as integer) as seconds
    from step where run_id = :run_id order by started_at, step, subject"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything that ``wsic runs RUN_ID`` shows; each list is a table, a row a dictionary."""

    run: Row
    exit_code: int
    reasons: Sequence[str]
    feeds: Sequence[Row]
    stages: Sequence[Row]
    links: Sequence[Row]
    contradictions: Sequence[Row]
    withheld: Sequence[Row]
    opt_out_reply: Sequence[Row]
    checks: Sequence[Row]
    broken_rules: Sequence[Row]
    metrics: Sequence[Row]
    products: Sequence[Row]
    steps: Sequence[Row]
    next_commands: Sequence[str]


def summarise(settings: Settings, run_id: str) -> Summary:
    """The summary of a run, whether it has ended or not."""
    ledger = open_ledger(settings)
    outcome = judge(ledger, run_id)
    run = ledger.query("select * from run where run_id = ?", (run_id,))[0]

    def rows(statement: str) -> list[Row]:
        return ledger.query(statement, {"run_id": run_id})

    feeds, contradictions = rows(_FEEDS), rows(_CONTRADICTIONS)
    return Summary(
        run=run,
        exit_code=outcome.exit_code,
        reasons=outcome.reasons,
        feeds=feeds,
        stages=rows(_STAGES),
        links=_by_source(rows(_LINKS)),
        contradictions=contradictions,
        withheld=rows(_WITHHELD),
        opt_out_reply=rows(_OBJECTIONS),
        checks=rows(_CHECKS),
        broken_rules=rows(_BROKEN),
        metrics=published.headlines(settings, run_id),
        products=published.products(settings, ledger, run_id),
        steps=rows(_STEPS),
        next_commands=_next(settings, ledger, run, feeds, contradicted=bool(contradictions)),
    )


def _by_source(told: list[Row]) -> list[Row]:
    """One row a step, with a column a source, the one with most records first; steps likewise."""

    def total(column: str, word: str) -> int:
        return sum(row["records"] for row in told if row[column] == word)

    def listed(column: str) -> list[str]:
        return sorted({row[column] for row in told}, key=lambda word: (-total(column, word), word))

    found = {(row["link_step"], row["source"]): row["records"] for row in told}
    return [
        {"link_step": step, "records": total("link_step", step)}
        | {source: found.get((step, source), 0) for source in listed("source")}
        for step in listed("link_step")
    ]


def _next(
    settings: Settings, ledger: Ledger, run: Row, feeds: Sequence[Row], *, contradicted: bool
) -> list[str]:
    """Three commands that lead on from here: to what went wrong first, else to the data."""
    refused = any(feed["quarantined"] or feed["outcome"] == "refused" for feed in feeds)
    candidates = [
        "wsic quarantine list" if refused else "",
        "wsic link review list" if contradicted else "",
        "wsic link report",
        "wsic publish list",
        published.look(settings) if run["outcome"] == "published" else f"wsic runs {run['run_id']} --json",
    ]
    chosen = [command for command in candidates if command]
    return [chosen[0], *chosen[-2:]]


def command_path(command: str, executable: Path) -> str:
    """``command`` as it can be typed in the working directory, where ``wsic`` may not be on the path."""
    beside = executable.parent
    if beside.is_relative_to(Path.cwd()):
        return f"{beside.relative_to(Path.cwd())}/{command}"
    return command
