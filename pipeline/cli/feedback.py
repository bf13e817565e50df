"""``wsic feedback``: what each sender is told of its night, and where the pack lies."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import complete, console
from pipeline.settings import load_settings

app = console.group("feedback", "What each sender hears of its night.", "wsic feedback list")


@app.command("list", epilog=console.example_of("wsic feedback list", "wsic feedback list --source acute"))
def list_packs(
    source: Annotated[
        str | None, typer.Option(help="Only packs of this source.", autocompletion=complete.sources)
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(help="Only packs of this sender (its ODS code).", autocompletion=complete.senders),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Show the feedback packs, newest night first: what was lost, and where the spreadsheet lies."""
    from pipeline import feedback

    packs = feedback.list_feedback(load_settings())
    shown = [
        {
            "run_id": pack.run_id, "source": pack.source, "sender": pack.sender, "files": pack.files,
            "refused": pack.files_refused, "rows_in": pack.rows_in, "rows_lost": pack.rows_lost,
            "warnings": pack.warnings, "workbook": str(pack.workbook),
        }
        for pack in packs
        if source in (None, pack.source) and sender in (None, pack.sender)
    ]  # fmt: skip
    console.show_rows(shown, as_json=as_json, nothing="no feedback pack yet; a night writes them: wsic run")


@app.command("show", epilog=console.example_of("wsic feedback show acute RYJ"))
def show(
    source: Annotated[
        str, typer.Argument(help="The source word, such as acute.", autocompletion=complete.sources)
    ],
    sender: Annotated[str, typer.Argument(help="The sender's ODS code.", autocompletion=complete.senders)],
    run_id: Annotated[
        str | None,
        typer.Option("--run", help="Of this run; the newest if left out.", autocompletion=complete.runs),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Show one pack: rules by outcome, rows lost to each, and how that compares with earlier nights."""
    from pipeline import feedback
    from pipeline.landing import Feed

    pack = feedback.read_feedback(load_settings(), feed=Feed(source, sender), run_id=run_id)
    if as_json:
        console.show_json(pack)
        return
    night = pack.night
    typer.echo(
        f"{source}/{sender}, run {night['run_id']}: {night['rows_landed']:,} of {night['rows_in']:,} rows "
        f"taken in, {night['rows_lost']:,} lost, {night['files_refused']} of {night['files']} files refused"
    )
    shown = (
        "file_name", "outcome", "rule", "column", "rows", "rows_lost", "rows_lost_to_this_alone", "trend",
        "meaning",
    )  # fmt: skip
    rules = [{name: rule[name] for name in shown} for rule in pack.rules]
    console.show_rows(rules, as_json=False, nothing="no rule was broken")
    if pack.references:
        console.show_rows(pack.references, as_json=False, nothing="")
