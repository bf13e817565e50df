"""``wsic quarantine``: what was refused, by file, row and rule; and checking a file again after a mend."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline import audit_log, landing
from pipeline.cli import console
from pipeline.errors import InputRefusedError
from pipeline.run import lock, open_ledger
from pipeline.settings import load_settings
from pipeline.zones import Zones

app = console.group("quarantine", "Refused rows: by file, row and rule.", "wsic quarantine list")
FileId = Annotated[str, typer.Argument(help="The file_id that `wsic quarantine list` shows.")]
_SHOWN = (
    "file_id",
    "source",
    "sender",
    "extract_date",
    "file_name",
    "outcome",
    "rule_id",
    "column_name",
    "rows",
)


@app.command("list", epilog=console.example_of("wsic quarantine list"))
def list_quarantine(as_json: console.Json = False) -> None:
    """Show the files with refused rows, by rule and column."""
    rows = landing.list_quarantine(open_ledger(load_settings()))
    shown = rows if as_json else [{name: row[name] for name in _SHOWN} for row in rows]
    console.show_rows(shown, as_json=as_json, nothing="nothing is in quarantine")


@app.command("show", epilog=console.example_of("wsic quarantine show 3f2a9c0d1b4e5f67"))
def show(file_id: FileId, as_json: console.Json = False) -> None:
    """Show row numbers, columns and rules of one file's refused rows; never what the rows say."""
    settings = load_settings()
    rows = landing.show_quarantine(Zones(settings.home), open_ledger(settings), file_id)
    audit_log.append(settings, act="quarantine_shown", details={"file_id": file_id, "rows": len(rows)})
    console.show_rows(rows, as_json=as_json, nothing="no row of this file is in quarantine")


@app.command("replay", epilog=console.example_of("wsic quarantine replay 3f2a9c0d1b4e5f67"))
def replay(
    file_id: FileId,
    extracts: Annotated[
        Path | None, typer.Option(help="Where its manifest still lies, to meet its totals.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Check a received file again with today's rules; the next run takes its rows in."""
    settings = load_settings()
    ledger = open_ledger(settings)
    with lock.held(settings, ledger, doing=f"replay of {file_id}"):
        found = landing.replay(settings, ledger, run_id="replay", file_id=file_id, extracts=extracts)
    if as_json:
        console.show_json(found)
    else:
        typer.echo(f"{found.where}: {found.rows_landed:,} of {found.rows_in:,} rows landed ({found.outcome})")
    if found.outcome == "refused":
        raise InputRefusedError(f"{found.where}: {found.message}")
