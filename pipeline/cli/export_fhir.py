"""``wsic export-fhir``: the landed records as FHIR NDJSON, for who may have them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import complete, console, progress
from pipeline.errors import UsageError
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pipeline.run.exporting import Exported

NAME = "export-fhir"
_PURPOSES = ("export_migration", "export_direct_care")
EXAMPLE = console.example_of(
    "wsic export-fhir --out exports/march --requester 'A. Clerk' --organisation QRV \\",
    "    --purpose export_migration --reason 'move to the new deployment' --gzip",
)


def command(
    out: Annotated[Path, typer.Option(help="A new folder, where the setting export_folder permits it.")],
    requester: Annotated[str, typer.Option(help="Who asks, as the file of requesters has it.")],
    organisation: Annotated[str, typer.Option(help="Which organisation gets it: its ODS code.")],
    purpose: Annotated[
        str, typer.Option(help=f"{' or '.join(_PURPOSES)}.", autocompletion=complete.words(*_PURPOSES))
    ],
    reason: Annotated[str, typer.Option(help="Why, in words; do not name a patient.")],
    source: Annotated[
        list[str] | None,
        typer.Option(help="Only of this source; may be repeated.", autocompletion=complete.sources),
    ] = None,
    resource_type: Annotated[
        list[str] | None, typer.Option("--type", help="Only this resource type; may be repeated.")
    ] = None,
    since: Annotated[
        str, typer.Option(help="Only what changed since a day or run of `wsic history list`.")
    ] = "",
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress every file.")] = False,
    part_mb: Annotated[
        int, typer.Option(min=1, help="Begin another file after so many megabytes (uncompressed).")
    ] = 1000,
    as_json: console.Json = False,
) -> None:
    """Write the landed records as UK Core FHIR NDJSON with a manifest; it is a disclosure, and logged."""
    from pipeline.landing.export import Chosen
    from pipeline.run.exporting import ExportRequest, export_fhir

    request = ExportRequest(
        out=out, requester=_given(requester, "--requester"),
        organisation=_given(organisation, "--organisation"),
        purpose=_given(purpose, "--purpose"), reason=_given(reason, "--reason"),
        chosen=Chosen(sources=tuple(source or ()), resource_types=tuple(resource_type or ())),
        since=_since(since), is_gzipped=gzip, part_bytes=part_mb * 1_000_000,
    )  # fmt: skip
    with progress.shown("exporting"):
        done = export_fhir(load_settings(), request)
    _tell(done, as_json=as_json)


def _since(text: str) -> date | str | None:
    if not text:
        return None
    is_run = len(text) > len("YYYY-MM-DD") or text.count("-") == 1
    return text if is_run else console.parse_day(text)


def _given(text: str, option: str) -> str:
    if not text.strip():
        raise UsageError(f"{option} is missing; an export says who asks, for whom, what for and why")
    return text.strip()


def _tell(done: Exported, *, as_json: bool) -> None:
    from pipeline.audit_log import RECEIPT_SUFFIX, as_receipt

    receipt = done.folder.with_name(f"{done.folder.name}{RECEIPT_SUFFIX}")
    receipt.write_text(as_receipt(done.receipt), encoding="ascii")
    receipt.chmod(0o600)
    if as_json:
        console.show_json(done)
        return
    gone = f", {done.deletions:,} deletions" if done.deletions else ""
    typer.echo(f"request {done.request_id}: {done.records:,} records{gone} in {done.files} files")
    typer.echo(f"{done.folder}, readable by you only; manifest.json has SHA-256 {done.manifest_sha256}")
    for why, rows in done.left_out.items():
        typer.echo(f"left out: {rows:,} ({why.replace('_', ' ')})")
    typer.echo(f"receipt of the audit log, to be kept elsewhere: {receipt}")
