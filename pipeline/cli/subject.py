"""``wsic reidentify subject``: what is held about a person, for that person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import console
from pipeline.settings import load_settings

EXAMPLE = console.example_of(
    "wsic reidentify subject --nhs-number-file number.txt --by 'D. Officer' --case SAR-2026/7 \\",
    "    --reason 'asked by letter for what is held' --out report.html",
)


def command(
    nhs_number_file: Annotated[Path, typer.Option(help="File with the number, or - for stdin.")],
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="Page to write, mode 0600; JSON where it ends in .json.")
    ],
    by: Annotated[str, typer.Option(help="Who answers the subject, as the file of requesters has it.")] = "",
    case: Annotated[str, typer.Option(help="The number of the subject's request, such as SAR-2026/7.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in words; do not name a patient.")] = "",
    as_json: console.Json = False,
) -> None:
    """Write every feed, link, use and re-identification that touched one person, for that person."""
    from pipeline import reidentify
    from pipeline.run import open_ledger

    settings = load_settings()
    records = reidentify.report_to_subject(
        settings,
        open_ledger(settings),
        number_file=nhs_number_file,
        out=out,
        by=by,
        case=case,
        reason=reason,
    )
    if as_json:
        console.show_json({"records": records, "out": out})
    else:
        typer.echo(f"written to {out}, readable by you only: {records} records")
