"""``wsic runs``: the ledger, run by run."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import complete, console
from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.settings import load_settings

NAME = "runs"
EXAMPLE = console.example_of("wsic runs", "wsic runs 20260331-001", "wsic runs last")
LAST = "last"


def command(
    run_id: Annotated[
        str | None,
        typer.Argument(
            help="A run's id, or the word last; all runs if left out.", autocompletion=complete.runs_or_last
        ),
    ] = None,
    with_exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with the code the run ended with.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Show the runs, or one run: feeds, files, counts in, out, held and refused, and why."""
    from pipeline.run import judge, open_ledger
    from pipeline.summary import render, summarise

    settings = load_settings()
    ledger = open_ledger(settings)
    if run_id is None:
        console.show_rows(_all(ledger), as_json=as_json, nothing="no run yet; start one with: wsic run")
        return
    run_id = known_run(ledger, run_id)
    summary = summarise(settings, run_id)
    if as_json:
        console.show_json(summary)
    else:
        render(summary, console.out())
    if with_exit_code:
        raise typer.Exit(judge(ledger, run_id).exit_code)


def _all(ledger: Ledger) -> list[dict[str, object]]:
    return ledger.query("""
        select run_id, as_of, started_at, ended_at, outcome,
               (select coalesce(sum(files), 0) from feed where feed.run_id = run.run_id) as files,
               (select group_concat(product, ' ') from publication as p
                where p.run_id = run.run_id and p.outcome = 'published') as published
        from run order by started_at desc, run_id desc""")


def known_run(ledger: Ledger, run_id: str) -> str:
    """The id of a run, where the word last stands for the latest; raises :class:`UsageError`."""
    if run_id == LAST:
        rows = ledger.query("select run_id from run order by started_at desc, run_id desc limit 1")
    else:
        rows = ledger.query("select run_id from run where run_id = ?", (run_id,))
    if not rows:
        raise UsageError("no such run in the ledger; `wsic runs` lists those that are")
    return str(rows[0]["run_id"])
