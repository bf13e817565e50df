"""``wsic link``: why records belong to one person, how the links stand, the whole table."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from connectors.declare import SOURCE_WORDS
from pipeline.cli import complete, console, mps, progress, review
from pipeline.cli.review import Author, Reason, say_kept, show_waterfall
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, load_settings

_SCORED = {"family_name": "family", "given_name": "given"}  # field -> the trace's name of its score

app = console.group("link", "Why records belong to one person, and the link table.", "wsic link report")

app.add_typer(mps.app)
app.add_typer(review.app)

_REPORT = """
    select source, sender, link_step, records, people from link
    where run_id = (select max(run_id) from link) order by source, sender, records desc, link_step"""

_STEPS = """
    select link_step, sum(records) as records from link
    where run_id = (select max(run_id) from link) group by link_step order by records desc, link_step"""

_BROKEN = """
    select reason, decisions from link_contradiction
    where run_id = (select max(run_id) from link) order by reason"""


@app.command("relink", epilog=console.example_of("wsic link relink", "wsic link relink --take"))
def relink(
    as_of: Annotated[
        str | None,
        typer.Option(help="The day to link for, YYYY-MM-DD; that of the last linking if left out."),
    ] = None,
    take: Annotated[bool, typer.Option("--take", help="Take the new links over.")] = False,
    at_most: Annotated[
        float, typer.Option("--at-most", help="Percent of people that may change; more is refused.")
    ] = 1.0,
    as_json: console.Json = False,
) -> None:
    """Link everybody from nothing by the rules of today, and show what that changes.

    Nothing is taken over unless asked to; then products follow at the next night, and a rollback undoes it.
    """
    from pipeline.run import relinking

    day = console.parse_day(as_of) if as_of else None
    with progress.shown():
        found = relinking.relink(load_settings(), as_of=day, take_at_most=at_most if take else None)
    console.show_rows([asdict(found)], as_json=as_json, nothing="")


@app.command("explain", epilog=console.example_of("wsic link explain acute RYJ 1234567"))
def explain(
    source: Annotated[
        str, typer.Argument(help=f"One of {', '.join(SOURCE_WORDS)}.", autocompletion=complete.sources)
    ],
    sender: Annotated[
        str, typer.Argument(help="ODS code of the sending organisation.", autocompletion=complete.senders)
    ],
    record_id: Annotated[str, typer.Argument(help="The patient's id within that sender.")],
    as_json: console.Json = False,
) -> None:
    """Show by which step a record was linked, and which fields agreed; values are never shown."""
    from pipeline import identity

    found = identity.explain(load_settings(), source, sender, record_id)
    if as_json:
        console.show_json(found)
        return
    typer.echo(f"{found.link_step} (confidence {found.link_confidence}): {found.why}")
    known = "yes" if found.has_whole_birth_date else "no"
    typer.echo(f"NHS number: {found.nhs_number_outcome}; whole birth date known: {known}")
    rows = [
        {"field": field, "compared": word, "score": found.scores.get(_SCORED.get(field, field))}
        for field, word in found.compared.items()
    ]
    console.show_rows(rows, as_json=False, nothing="there was no other record to compare it with")
    show_waterfall(found.waterfall)
    for broken in found.contradictions:
        typer.echo(review.words_of(broken))
    held = ", ".join(f"{count} in {word}" for word, count in found.records_of_person.items())
    typer.echo(f"records of this person: {held}")
    events = [
        {"run": event.run_id, "event": event.event, "why": event.reason, "step": event.link_step,
         "records": event.records}
        for event in found.events
    ]  # fmt: skip
    console.show_rows(events, as_json=False, nothing="nothing ever happened to this person's id")


@app.command("report", epilog=console.example_of("wsic link report --html linkage.html"))
def report(
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the whole report there.")] = None,
    run_id: Annotated[
        str | None,
        typer.Option("--run", help="Of this run; the served one if empty.", autocompletion=complete.runs),
    ] = None,
    product: Annotated[
        str, typer.Option(help="direct_care or secondary_use.", autocompletion=complete.products)
    ] = PRODUCTS[0],
    as_json: console.Json = False,
) -> None:
    """Show records by source, sender and link step, as the last run left them; or write a whole page."""
    from pipeline import identity
    from pipeline.linkage_report import write_report
    from pipeline.run import open_ledger

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
    if rows and not as_json:
        _say_totals(ledger)


def _say_totals(ledger: Ledger) -> None:
    """Records of all senders by step, and the decisions of people that the links could not obey."""
    steps = ledger.query(_STEPS)
    records = sum(row["records"] for row in steps)
    told = ", ".join(f"{row['link_step']} {row['records']:,}" for row in steps)
    typer.echo(f"{records:,} records in all: {told}")
    broken = ledger.query(_BROKEN)
    if broken:
        told = ", ".join(f"{row['decisions']} ({row['reason'].replace('_', ' ')})" for row in broken)
        typer.echo(f"decisions that the links could not obey: {told}; see: wsic link review list")


@app.command("export", epilog=console.example_of("wsic link export --out links.parquet"))
def export(
    out: Annotated[Path, typer.Option(dir_okay=False, help="Parquet file to write; it is identifiable.")],
    as_json: console.Json = False,
) -> None:
    """Write the whole link table, for those who may be in the identity zone."""
    from pipeline import audit_log, identity

    settings = load_settings()
    with audit_log.acting(settings, act="links_exported"):
        records = identity.export_links(settings, out)
    if as_json:
        console.show_json({"records": records, "path": out})
    else:
        typer.echo(f"{records:,} records written to {out}, readable by you only")


@app.command(
    "override",
    epilog=console.example_of(
        "wsic link override acute RYJ 1234567 gp YGM01 89 --verdict different --reason twins --author Clerk"
    ),
)
def override(
    source: Annotated[str, typer.Argument(help="Source of the one record.", autocompletion=complete.sources)],
    sender: Annotated[str, typer.Argument(help="Its sender's ODS code.", autocompletion=complete.senders)],
    record_id: Annotated[str, typer.Argument(help="Its patient id within that sender.")],
    other_source: Annotated[
        str, typer.Argument(help="Source of the other record.", autocompletion=complete.sources)
    ],
    other_sender: Annotated[
        str, typer.Argument(help="Its sender's ODS code.", autocompletion=complete.senders)
    ],
    other_record_id: Annotated[str, typer.Argument(help="Its patient id within that sender.")],
    verdict: Annotated[
        str, typer.Option(help="same, different, or withdrawn.", autocompletion=complete.verdicts)
    ],
    reason: Reason,
    author: Author,
    as_json: console.Json = False,
) -> None:
    """Decide that two records are one person or two, or withdraw a decision; the next run obeys."""
    from pipeline import audit_log, identity
    from pipeline.identity.decisions import RecordName
    from pipeline.run import lock, open_ledger

    settings = load_settings()
    one = RecordName(source, sender, record_id)
    other = RecordName(other_source, other_sender, other_record_id)
    with (
        lock.held(settings, open_ledger(settings), doing="a decision about two records"),
        audit_log.acting(settings, act="link_override", actor=author, details={"verdict": verdict}),
    ):
        identity.override(settings, one, other, verdict=verdict, reason=reason, author=author)
    say_kept(verdict, as_json=as_json)


@app.command("rollback", epilog=console.example_of("wsic link rollback 20260331-001"))
def rollback(
    run_id: Annotated[
        str,
        typer.Argument(
            help="The run whose links, and all later ones, are undone.", autocompletion=complete.linked_runs
        ),
    ],
    as_json: console.Json = False,
) -> None:
    """Undo the links of a run and of every later run, and serve the products from before it."""
    from pipeline.run import rollback_links

    done = rollback_links(load_settings(), run_id)
    if as_json:
        console.show_json(done)
        return
    typer.echo(f"undone: {', '.join(done.undone)}; the links of {done.back_to or 'no run'} stand again")
    rows = [{"product": product, "served": served} for product, served in done.served.items()]
    console.show_rows(rows, as_json=False, nothing="no product that is served was made of these links")
