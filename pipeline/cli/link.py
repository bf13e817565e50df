"""``wsic link``: why records belong to one person, how the links stand, the whole table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline import identity
from pipeline.cli import console
from pipeline.linkage_report import write_report
from pipeline.run import open_ledger
from pipeline.settings import PRODUCTS, load_settings

app = console.group("link", "Why records belong to one person, and the link table.", "wsic link report")

_REPORT = """
    select source, sender, link_step, records, people from link
    where run_id = (select max(run_id) from link) order by source, sender, records desc, link_step"""


@app.command("explain", epilog=console.example_of("wsic link explain acute RYJ 1234567"))
def explain(
    source: Annotated[str, typer.Argument(help="gp, acute, community, mental_health or social_care.")],
    sender: Annotated[str, typer.Argument(help="ODS code of the sending organisation.")],
    record_id: Annotated[str, typer.Argument(help="The patient's id within that sender.")],
    as_json: console.Json = False,
) -> None:
    """Show by which step a record was linked, and which fields agreed; values are never shown."""
    found = identity.explain(load_settings(), source, sender, record_id)
    if as_json:
        console.show_json(found)
        return
    typer.echo(f"{found.link_step} (confidence {found.link_confidence}): {found.why}")
    known = "yes" if found.has_whole_birth_date else "no"
    typer.echo(f"NHS number: {found.nhs_number_outcome}; whole birth date known: {known}")
    rows = [{"field": field, "compared": word} for field, word in found.compared.items()]
    console.show_rows(rows, as_json=False, nothing="there was no other record to compare it with")
    held = ", ".join(f"{count} in {word}" for word, count in found.records_of_person.items())
    typer.echo(f"records of this person: {held}")


@app.command("report", epilog=console.example_of("wsic link report --html linkage.html"))
def report(
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the whole report there.")] = None,
    run_id: Annotated[str | None, typer.Option("--run", help="Of this run; the served one if empty.")] = None,
    product: Annotated[str, typer.Option(help="direct_care or secondary_use.")] = PRODUCTS[0],
    as_json: console.Json = False,
) -> None:
    """Show records by source, sender and link step, as the last run left them; or write a whole page."""
    settings = load_settings()
    ledger = open_ledger(settings)
    if html is not None:
        written = write_report(
            settings, ledger, run_id=run_id, product=product, path=html, method=identity.describe_method()
        )
        console.show_json({"path": written}) if as_json else typer.echo(f"written: {written}")
        return
    rows = ledger.query(_REPORT)
    console.show_rows(rows, as_json=as_json, nothing="nothing was linked yet; start with: wsic run")


@app.command("export", epilog=console.example_of("wsic link export --out links.parquet"))
def export(
    out: Annotated[Path, typer.Option(dir_okay=False, help="Parquet file to write; it is identifiable.")],
    as_json: console.Json = False,
) -> None:
    """Write the whole link table, for those who may be in the identity zone."""
    records = identity.export_links(load_settings(), out)
    if as_json:
        console.show_json({"records": records, "path": out})
    else:
        typer.echo(f"{records:,} records written to {out}, readable by you only")
