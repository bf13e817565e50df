"""``wsic retention``: what is kept longer than the schedule says, and destroying it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import clock
from pipeline.cli import console
from pipeline.errors import UsageError
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pipeline.run import retention

app = console.group(
    "retention", "What is kept longer than its term, and destroying it.", "wsic retention plan"
)
AsOf = Annotated[str | None, typer.Option(help="The day to go by, YYYY-MM-DD; today if left out.")]


@app.command("plan", epilog=console.example_of("wsic retention plan --files"))
def plan(
    as_of: AsOf = None,
    files: Annotated[
        bool, typer.Option("--files", help="A row a file, with the hold that keeps it.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Show what is over its term, by kind, and what a hold keeps all the same; changes nothing."""
    from pipeline.run import retention

    settings, on = load_settings(), _day(as_of)
    if not files:
        _show(retention.plan(settings, on=on), as_json=as_json)
        return
    rows = [
        {"kind": item.kind, "place": item.place, "kept_since": item.kept_since.isoformat(),
         "bytes": item.size, "held_by": item.held_by}
        for item in retention.list_over(settings, on=on)
    ]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="nothing is over its term")


@app.command("destroy", epilog=console.example_of("wsic retention destroy --yes"))
def destroy(
    as_of: AsOf = None,
    confirm: Annotated[bool, typer.Option("--yes", help="It cannot be undone, and you mean it.")] = False,
    as_json: console.Json = False,
) -> None:
    """Destroy what is over its term and kept by no hold; in the audit log before, a row a file after."""
    from pipeline.run import retention

    if not confirm:
        raise UsageError("what is destroyed does not come back; look first: wsic retention plan; say --yes")
    _show(retention.destroy(load_settings(), on=_day(as_of)), as_json=as_json)


@app.command("list", epilog=console.example_of("wsic retention list"))
def list_destroyed(as_json: console.Json = False) -> None:
    """Show what was destroyed, a row a file, newest first."""
    from pipeline.run import retention

    console.show_rows(
        retention.list_destroyed(load_settings()), as_json=as_json, nothing="nothing was destroyed yet"
    )


def _show(tallies: list[retention.Tally], *, as_json: bool) -> None:
    rows = [
        {"kind": tally.kind, "term_days": tally.term_days, "files": tally.files, "bytes": tally.size,
         "held": tally.held}
        for tally in tallies
    ]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="")


def _day(text: str | None) -> date:
    today = clock.today()
    day = console.parse_day(text) if text else today
    if day > today:
        raise UsageError("--as-of is a day to come: what is kept would be over before its time; valid: today")
    return day
