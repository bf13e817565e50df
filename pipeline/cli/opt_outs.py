"""``wsic opt-outs``: the national data opt-out round trip, and what objections withheld."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline import identity
from pipeline.cli import console
from pipeline.errors import ChecksRefusedError
from pipeline.run import close_run, open_ledger, open_run, steps
from pipeline.settings import load_settings

app = console.group("opt-outs", "National data opt-out and Type 1 objections.", "wsic opt-outs report")

_REPORT = """
    select run_id, product, reason, people, rows from withheld
    where reason in ('type_1_objection', 'national_opt_out', 'opt_out_not_checkable')
    order by run_id desc, product, reason"""


@app.command("request", epilog=console.example_of("wsic opt-outs request --out cohort.dat"))
def request(
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="File to write for the check service; identifiable.")
    ],
    as_json: console.Json = False,
) -> None:
    """Write the NHS numbers to be checked, in the form that the national service takes."""
    cohort = identity.write_cohort(load_settings(), out)
    if as_json:
        console.show_json(cohort)
    else:
        typer.echo(
            f"{cohort.numbers:,} numbers written to {out}, readable by you only; sha256 {cohort.sha256}"
        )


@app.command(
    "apply", epilog=console.example_of("wsic opt-outs apply --extracts data/synthetic --as-of 2026-03-31")
)
def apply(
    extracts: Annotated[Path, typer.Option(help="Folder whose opt_outs/<date>/*.dat hold the replies.")],
    as_of: Annotated[str, typer.Option(help="The day to decide for, YYYY-MM-DD.")],
    as_json: console.Json = False,
) -> None:
    """Take the newest reply into use; the next run leaves out those who objected."""
    night = console.parse_day(as_of)
    run = open_run(load_settings(), extracts=extracts, as_of=night, held_by="process")
    try:
        found = steps.apply_opt_outs(run)
    finally:
        close_run(run, when_nothing_published="applied")
    if as_json:
        console.show_json(found)
        return
    for reason in found.refused:
        console.fail(reason)
    _tell(found.reply_on, found.numbers)
    if not found.is_valid:
        raise ChecksRefusedError("no reply is valid for that day: secondary_use would not be published")


def _tell(reply_on: date | None, numbers: int) -> None:
    typer.echo(f"reply of {reply_on}: {numbers:,} numbers may be used" if reply_on else "no reply is in use")


@app.command("report", epilog=console.example_of("wsic opt-outs report --json"))
def report(as_json: console.Json = False) -> None:
    """Show how many people and rows objections withheld, by run and product."""
    rows = open_ledger(load_settings()).query(_REPORT)
    console.show_rows(rows, as_json=as_json, nothing="no run has withheld anybody for an objection yet")
