"""``wsic quarantine``: what was refused, by file, row and rule; and checking a file again after a mend."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli import complete, console
from pipeline.errors import InputRefusedError, UsageError
from pipeline.ledger import Ledger
from pipeline.settings import load_settings
from pipeline.zones import Zones

app = console.group("quarantine", "Refused rows: by file, row and rule.", "wsic quarantine list")
FileId = Annotated[
    str, typer.Argument(help="The file_id that `wsic quarantine list` shows.", autocompletion=complete.files)
]
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
    "state",
)


@app.command("list", epilog=console.example_of("wsic quarantine list --open --source acute"))
def list_quarantine(
    source: Annotated[
        str | None, typer.Option(help="Only files of this source.", autocompletion=complete.sources)
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(help="Only files of this sender (its ODS code).", autocompletion=complete.senders),
    ] = None,
    rule: Annotated[
        str | None, typer.Option(help="Only what this rule refused.", autocompletion=complete.rules)
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Leave out what was superseded.")] = False,
    as_json: console.Json = False,
) -> None:
    """Show the files with refused rows, by rule and column, and whether they came again since."""
    from pipeline.run import open_ledger

    rows = _chosen(open_ledger(load_settings()), source=source, sender=sender, rule=rule)
    rows = [row for row in rows if not only_open or row["state"] == "quarantined"]
    shown = rows if as_json else [{name: row[name] for name in _SHOWN} for row in rows]
    console.show_rows(shown, as_json=as_json, nothing="nothing is in quarantine")


@app.command("show", epilog=console.example_of("wsic quarantine show 3f2a9c0d1b4e5f67 --states"))
def show(
    file_id: FileId,
    states: Annotated[
        bool, typer.Option("--states", help="Instead: the state of every record at every stage.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Show row numbers, columns and rules of one file's refused rows; never what the rows say."""
    from pipeline import audit_log, landing
    from pipeline.run import open_ledger

    settings = load_settings()
    ledger = open_ledger(settings)
    if states:
        look = landing.list_states if as_json else landing.count_states
        rows = look(settings, ledger, file_id=file_id, as_of=date.max)
    else:
        rows = landing.show_quarantine(Zones(settings.home), ledger, file_id)
    audit_log.append(settings, act="quarantine_shown", details={"file_id": file_id, "rows": len(rows)})
    console.show_rows(rows, as_json=as_json, nothing="no row of this file is in quarantine")


@app.command(
    "replay",
    epilog=console.example_of(
        "wsic quarantine replay 3f2a9c0d1b4e5f67",
        "wsic quarantine replay 3f2a9c0d1b4e5f67 --mended APC.csv",
        "wsic quarantine replay --source acute --rule unknown_code",
    ),
)
def replay(
    file_id: Annotated[
        str | None,
        typer.Argument(help="The file_id that `wsic quarantine list` shows.", autocompletion=complete.files),
    ] = None,
    mended: Annotated[
        Path | None,
        typer.Option(help="The file put right: the refused rows are taken from it."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Every open file of this source.", autocompletion=complete.sources)
    ] = None,
    sender: Annotated[
        str | None, typer.Option(help="Every open file of this sender.", autocompletion=complete.senders)
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(help="Every open file that this rule refused rows of.", autocompletion=complete.rules),
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Check the rows that had landed, too.")] = False,
    extracts: Annotated[
        Path | None, typer.Option(help="Where its manifest still lies, to meet its totals.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Check what was refused again, with today's rules or from a mended file; the next run takes it in."""
    from pipeline import landing
    from pipeline.run import lock, open_ledger

    settings = load_settings()
    ledger = open_ledger(settings)
    file_ids = _asked_for(ledger, file_id, source=source, sender=sender, rule=rule)
    if mended and (file_id is None or whole):
        raise UsageError("--mended goes with one file_id, and without --whole")
    found, troubles = [], []
    with lock.held(settings, ledger, doing=f"replay of {file_id or len(file_ids)}"):
        for one in file_ids:
            try:
                found.append(
                    landing.mend(settings, ledger, run_id="replay", file_id=one, mended=mended)
                    if mended
                    else landing.replay(
                        settings, ledger, run_id="replay", file_id=one, extracts=extracts, whole=whole
                    )
                )
            except InputRefusedError as error:
                troubles.append(str(error))
    if as_json:
        console.show_json(found)
    else:
        for file in found:
            said = f"{file.rows_landed:,} of {file.rows_in:,} rows landed ({file.outcome})"
            typer.echo(f"{file.where}: {said}")
    troubles += [f"{file.where}: {file.message}" for file in found if file.outcome == "refused"]
    if troubles:
        raise InputRefusedError("; ".join(troubles))


def _chosen(
    ledger: Ledger, *, source: str | None, sender: str | None, rule: str | None
) -> list[dict[str, Any]]:
    from pipeline import landing

    wanted = {"source": source, "sender": sender, "rule_id": rule}
    rows = landing.list_quarantine(ledger)
    return [row for row in rows if all(value in (None, row[name]) for name, value in wanted.items())]


def _asked_for(
    ledger: Ledger, file_id: str | None, *, source: str | None, sender: str | None, rule: str | None
) -> list[str]:
    """The files to replay: the one that was named, or every open one of the choice."""
    choice = {"source": source, "sender": sender, "rule": rule}
    if file_id is not None and any(choice.values()):
        raise UsageError("a file_id, or a choice of --source, --sender and --rule; not both")
    if file_id is not None:
        return [file_id]
    if not any(choice.values()):
        raise UsageError("which file? valid: a file_id, or a choice by --source, --sender or --rule")
    rows = [row for row in _chosen(ledger, **choice) if row["state"] == "quarantined"]
    return list(dict.fromkeys(row["file_id"] for row in rows if row["severity"] != "warning"))
