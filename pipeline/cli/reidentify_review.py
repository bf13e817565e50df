"""``wsic reidentify review``: emergencies that were claimed, and what somebody else found of them."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import complete, console
from pipeline.settings import load_settings

app = console.group("review", "Claims of an emergency, and their review.", "wsic reidentify review list")


@app.command(
    "list", epilog=console.example_of("wsic reidentify review list", "wsic reidentify review list --sample")
)
def list_open(
    sample: Annotated[
        bool, typer.Option("--sample", help="The answers that were picked to be looked at, not emergencies.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were reviewed.")] = False,
    as_json: console.Json = False,
) -> None:
    """List the break-glasses, or the sample of answers, that wait for a review: who, for whom, why."""
    from pipeline import reidentify

    if sample:
        _list_sample(everything=everything, as_json=as_json)
        return
    found = reidentify.list_reviews(load_settings(), closed_too=everything)
    rows = [
        {
            "request": one.request_id, "at": one.at, "requester": one.requester,
            "organisation": one.organisation, "people": one.keys, "case": one.case,
            "reason": one.reason,
            "finding": one.finding, "reviewed_by": one.reviewed_by,
        }
        for one in found
    ]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="no break-glass waits for its review")


def _list_sample(*, everything: bool, as_json: bool) -> None:
    from pipeline import reidentify

    rows = [
        {
            "request": one.request_id, "at": one.at, "requester": one.requester,
            "organisation": one.organisation, "purpose": one.purpose, "given": one.given, "case": one.case,
            "reason": one.reason, "finding": one.finding, "reviewed_by": one.reviewed_by,
        }
        for one in reidentify.list_sample(load_settings(), closed_too=everything)
    ]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="no answer of the sample waits to be looked at")


@app.command(
    "close",
    epilog=console.example_of(
        "wsic reidentify review close r-0a1b2c3d4e5f --by 'C. Guardian' --finding justified"
    ),
)
def close(
    request_id: Annotated[str, typer.Argument(help="An id that wsic reidentify review list shows.")],
    by: Annotated[str, typer.Option(help="Who reviewed it; not who claimed it.")],
    finding: Annotated[
        str,
        typer.Option(
            help="justified, unjustified or mistake.",
            autocompletion=complete.words("justified", "unjustified", "mistake"),
        ),
    ],
    reason: Annotated[str, typer.Option(help="What was found; do not name a patient.")] = "",
    as_json: console.Json = False,
) -> None:
    """Close the review of a break-glass or of a sampled answer; it stays in the audit log for good."""
    from pipeline import reidentify

    reidentify.close_review(load_settings(), request_id, by=by, finding=finding, reason=reason)
    if as_json:
        console.show_json({"request_id": request_id, "finding": finding})
    else:
        typer.echo(f"{request_id}: {finding}; written in the audit log")
