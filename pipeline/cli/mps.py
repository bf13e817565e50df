"""``wsic link mps``: the national Master Person Service's answers in the place of our own trace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import console
from pipeline.settings import load_settings

app = console.group(
    "mps", "Ask the national Master Person Service, and use what it answers.", "wsic link mps request --out F"
)


@app.command("request", epilog=console.example_of("wsic link mps request --out request.csv"))
def request(
    out: Annotated[Path, typer.Option(dir_okay=False, help="CSV to write and send; it is identifiable.")],
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Ask about every record, not the doubtful.")
    ] = False,
    with_local_id: Annotated[
        bool, typer.Option("--with-local-id", help="Also send the sender's own id, for stable national ids.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Write the request file for the records that number and birth date alone did not find."""
    from pipeline import identity
    from pipeline.run import lock, open_ledger

    settings = load_settings()
    with lock.held(settings, open_ledger(settings), doing="a request to the national trace"):
        asked = identity.ask_national(settings, out, everyone=everyone, with_local_id=with_local_id)
    if as_json:
        console.show_json({"records": asked, "path": out})
    else:
        typer.echo(f"{asked:,} records are asked about in {out}, readable by you only")


@app.command("response", epilog=console.example_of("wsic link mps response response.csv"))
def response(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The response as it was sent.")],
    as_json: console.Json = False,
) -> None:
    """Keep the answers of a response file; the next run traces by them."""
    from pipeline import identity
    from pipeline.run import lock, open_ledger

    settings = load_settings()
    with lock.held(settings, open_ledger(settings), doing="answers of the national trace"):
        kept = identity.keep_answers(settings, path)
    if as_json:
        console.show_json({"answers": kept})
    else:
        typer.echo(f"{kept:,} answers are kept; the next run uses them")
