"""``wsic audit``: the audit log, and whether it is still the one that was written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import complete, console
from pipeline.errors import ChecksRefusedError
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pipeline import audit_log

_LISTED = 3  # of a list in the table; --json shows all

app = console.group(
    "audit", "The tamper-evident log, and the report of information governance.", "wsic audit verify"
)


@app.command("verify", epilog=console.example_of("wsic audit verify --files"))
def verify(
    files: Annotated[
        bool, typer.Option("--files", help="Also hash every published version; takes longer.")
    ] = False,
    receipt: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A receipt that was kept; may be repeated."),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Verify every entry, signature and copy of the log's head; ends with 4 where one does not hold."""
    from pipeline import audit_log

    found = audit_log.verify(load_settings(), files_too=files, handed_out=receipt or ())
    if as_json:
        console.show_json({**_figures(found), "is_intact": found.is_intact, "first_bad": found.first_bad})
    else:
        typer.echo(
            f"log {found.log_id or '(none yet)'}: {found.entries:,} entries, {found.checkpoints:,} signed "
            f"checkpoints, head {found.head}"
        )
        for notice in found.notices:
            typer.echo(f"notice: {notice}")
    if not found.is_intact:
        raise ChecksRefusedError(_findings(found))
    if not as_json:
        typer.echo("the log is intact")


@app.command("show", epilog=console.example_of("wsic audit show --act reidentify_given --since 2026-03-01"))
def show(
    act: Annotated[str | None, typer.Option(help="Entries of this act only.")] = None,
    actor: Annotated[str | None, typer.Option(help="Entries of this actor only.")] = None,
    since: Annotated[str | None, typer.Option(help="Entries from this day or moment (UTC) on.")] = None,
    as_json: console.Json = False,
) -> None:
    """List the log's entries in order: number, time, act, who, and what it said of itself."""
    from pipeline import audit_log

    found = list(audit_log.entries(load_settings(), act=act, actor=actor, since=since))
    if as_json:
        console.show_json(found)
        return
    rows = [
        {
            "number": entry.number, "at": entry.at, "act": entry.act, "actor": entry.actor,
            "details": _shown(entry.details),
        }
        for entry in found
    ]  # fmt: skip
    console.show_rows(rows, as_json=False, nothing="no such entry is in the log")


@app.command("report", epilog=console.example_of("wsic audit report --run 20260331-001 --out report.html"))
def report(
    run_id: Annotated[
        str | None,
        typer.Option(
            "--run", help="Of this run; of the last that published if left out.", autocompletion=complete.runs
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="HTML file to write; beside the night's own if left out."),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Write the page for information governance: what was received, left out, protected, given and checked.

    Readable by its owner only: it holds exact counts. Ends with 4 where the audit log does not verify.
    """
    from pipeline.run import ig_reporting

    written = ig_reporting.write_ig_report(load_settings(), run_id=run_id, path=out)
    if as_json:
        console.show_json(written)
    else:
        typer.echo(f"written: {written.path}, readable by you only")
        typer.echo(written.verdict)
    ig_reporting.require_proved(written)


@app.command(
    "reopen",
    epilog=console.example_of("wsic audit reopen --by 'C. Guardian' --reason 'incident 12: cut'"),
)
def reopen(
    by: Annotated[str, typer.Option(help="Who answers for it: the Caldicott Guardian or the SIRO.")],
    reason: Annotated[str, typer.Option(help="What was found; do not name a patient.")],
    as_json: console.Json = False,
) -> None:
    """Put a log that does not verify away as evidence, and begin a new one that says so."""
    from pipeline import audit_log

    closed = audit_log.reopen(load_settings(), by=by, reason=reason)
    if as_json:
        console.show_json({"closed": closed})
    else:
        typer.echo(f"the old log lies in {closed}; a new one has begun")


def _shown(details: Mapping[str, Any]) -> str:
    """Details on one line; a long list by its length."""
    return ", ".join(f"{name}={_short(value)}" for name, value in details.items())


def _short(value: object) -> str:
    if isinstance(value, list) and len(value) > _LISTED:
        return f"({len(value)})"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _figures(found: audit_log.Verification) -> dict[str, object]:
    return {
        "log_id": found.log_id, "entries": found.entries, "checkpoints": found.checkpoints,
        "head": found.head, "findings": found.findings, "notices": found.notices,
    }  # fmt: skip


def _findings(found: audit_log.Verification) -> str:
    where = f"first bad entry: {found.first_bad}; " if found.first_bad is not None else ""
    told = [f"entry {one.number}: {one.what}" if one.number else one.what for one in found.findings]
    return f"the audit log does not verify: {where}{'; '.join(told)}"
