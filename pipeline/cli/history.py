"""``wsic history``: what was believed on an earlier date, asked again."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import complete, console, progress
from pipeline.settings import load_settings

app = console.group(
    "history", "What was known on an earlier night, worked out again.", "wsic history as-known-on 2026-03-30"
)


@app.command("list", epilog=console.example_of("wsic history list"))
def list_nights(
    answers: Annotated[
        bool, typer.Option("--answers", help="Instead: the answers that lie in their zone.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Show the nights that can be asked, with the day that each was for and when it was made."""
    from pipeline.run import answers as kept
    from pipeline.run import history

    settings = load_settings()
    if answers:
        console.show_rows(kept.list_answers(settings), as_json=as_json, nothing="no answer lies there")
        return
    rows = [
        {"run_id": night.run_id, "as_of": str(night.as_of), "built_at": night.built_at, "feeds": night.feeds}
        for night in history.list_nights(settings)
    ]
    console.show_rows(rows, as_json=as_json, nothing="no night yet; start one with: wsic run")


@app.command(
    "as-known-on",
    epilog=console.example_of(
        "wsic history as-known-on 2026-03-30", "wsic history as-known-on 20260330-001 --json"
    ),
)
def as_known_on(
    when: Annotated[
        str,
        typer.Argument(
            help="A day, YYYY-MM-DD: as known at its end; or a run's id.", autocompletion=complete.runs
        ),
    ],
    as_json: console.Json = False,
) -> None:
    """Build the identifiable tables as they were known then, beside today's; who was deleted since is out."""
    from pipeline.run import history

    is_run = len(when) > len("YYYY-MM-DD") or when.count("-") == 1
    with progress.shown("working it out again"):
        answer = history.as_known_on(load_settings(), when if is_run else console.parse_day(when))
    if as_json:
        console.show_json(answer)
        return
    rows = [
        {
            "source": feed.source,
            "sender": feed.sender,
            "night": feed.run_id,
            "current rows": f"{feed.rows_current:,}",
            "said in": "the words of then" if feed.is_same_code else "today's words",
        }
        for feed in answer.feeds
    ]
    console.show_rows(rows, as_json=False, nothing="no feed had come yet")
    typer.echo(f"as the night {answer.run_id} (as of {answer.as_of}, made {answer.built_at}) left it:")
    typer.echo(f"{answer.folder}")
    for act, records in answer.left_out.items():
        typer.echo(f"left out: {records:,} records ({act.replace('_', ' ')})")


@app.command("remove", epilog=console.example_of("wsic history remove"))
def remove(as_json: console.Json = False) -> None:
    """Remove every answer about an earlier night; each can be asked for again."""
    from pipeline.run import answers as kept

    removed = kept.remove_answers(load_settings())
    if as_json:
        console.show_json({"removed": removed})
    else:
        typer.echo(f"{removed} answers removed")
