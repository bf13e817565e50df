"""``wsic fetch``: what comes from FHIR servers, mailboxes and stores, by hand; the night does the same by
itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from pipeline import progress as told
from pipeline.cli import complete, console, progress
from pipeline.errors import InputRefusedError, UsageError, WsicError
from pipeline.settings import load_settings

app = console.group(
    "fetch",
    "Fetch from FHIR servers, MESH mailboxes, folders and object stores, and see what came.",
    "wsic fetch run north-trust",
)
_SHOWN = ("name", "feed", "transport", "state", "files", "size", "left", "reports", "job_id")
Name = Annotated[
    str,
    typer.Argument(
        help="A feed's name, in the file of servers or in that of feeds.", autocompletion=complete.feeds
    ),
]


@app.command("run", epilog=console.example_of("wsic fetch run", "wsic fetch run north-trust"))
def run(
    name: Annotated[
        str | None,
        typer.Argument(help="Only this feed; every one if left out.", autocompletion=complete.feeds),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Take what is new of every feed, or of one, and go on where a crash stopped; the next run lands what
    came."""
    from pipeline import fetch
    from pipeline.run import fetching, open_ledger

    settings = load_settings()
    ledger = open_ledger(settings)
    places = list(fetch.wanted(settings, name=name))
    if not places:
        raise UsageError(
            f"{settings.fhir_servers.name} and {settings.feeds.name} name nothing; docs/transports.md says "
            "how to write them"
        )
    found: list[fetch.Fetched] = []
    refused: list[WsicError] = []
    with progress.shown():
        for place, names in told.counted(places, "places"):
            try:
                found += fetching.fetch_from(settings, ledger, place, names, progress=_named(place.name))
            except WsicError as error:
                refused.append(error)
    rows = [{shown: getattr(one, shown) for shown in _SHOWN} for one in found]
    console.show_rows(rows, as_json=as_json, nothing="nothing was fetched")
    refused += [InputRefusedError(f"{one.name}: {one.lacks}") for one in found if one.lacks]
    for other in refused[1:]:
        console.fail(str(other))
    if refused:
        raise refused[0]


def _named(place: str) -> Callable[[str], None]:
    return lambda words: told.step(f"{place}: {words}")


@app.command("feeds", epilog=console.example_of("wsic fetch feeds"))
def feeds(as_json: console.Json = False) -> None:
    """Show every feed that is fetched: whose it is, by which transport, what was taken last, what was
    left."""
    from pipeline import fetch
    from pipeline.run import open_ledger

    settings = load_settings()
    rows = fetch.list_feeds(settings, open_ledger(settings))
    console.show_rows(rows, as_json=as_json, nothing="no feed is fetched; docs/transports.md says how")


@app.command(
    "arrivals", epilog=console.example_of("wsic fetch arrivals", "wsic fetch arrivals --state refused")
)
def arrivals(
    name: Annotated[
        str | None,
        typer.Argument(help="Only this feed of a mailbox or store.", autocompletion=complete.feeds),
    ] = None,
    state: Annotated[str, typer.Option(help="Only in this state: waiting, left, refused, gone, …")] = "",
    as_json: console.Json = False,
) -> None:
    """Show every message and file of mailboxes and stores: its state, and why it was left where it is."""
    from pipeline import fetch
    from pipeline.run import open_ledger

    rows = fetch.list_arrivals(open_ledger(load_settings()), feed=name or "", state=state)
    console.show_rows(rows, as_json=as_json, nothing="no message or file is known")


@app.command("list", epilog=console.example_of("wsic fetch list"))
def list_jobs(as_json: console.Json = False) -> None:
    """Show every export that a FHIR server was asked for: from when on, what became of it, files and rows."""
    from pipeline import fetch
    from pipeline.run import open_ledger

    rows = fetch.list_jobs(open_ledger(load_settings()))
    console.show_rows(rows, as_json=as_json, nothing="no export was asked for yet")


@app.command("show", epilog=console.example_of("wsic fetch show north-trust-00012"))
def show_files(
    job_id: Annotated[
        str, typer.Argument(help="The job_id that `wsic fetch list` shows.", autocompletion=complete.jobs)
    ],
    as_json: console.Json = False,
) -> None:
    """Show the files of one export: state, rows said and come, size, tries; never where they lay."""
    from pipeline import fetch
    from pipeline.run import open_ledger

    ledger = open_ledger(load_settings())
    if not ledger.query("select 1 from bulk_job where job_id = ?", (job_id,)):
        raise UsageError("no export has this job_id; valid: those of `wsic fetch list`")
    console.show_rows(fetch.show_files(ledger, job_id), as_json=as_json, nothing="the export has no file yet")


@app.command("keys", epilog=console.example_of("wsic fetch keys north-trust --json"))
def keys(name: Name, as_json: console.Json = False) -> None:
    """Show the public keys (a JWK Set) that a FHIR server must know us by; nothing secret is in it."""
    from pipeline.run import fetching

    settings = load_settings()
    found = fetching.public_keys(settings, name)
    if as_json:
        console.show_json(found)
        return
    rows = [{"kid": key["kid"], "kty": key["kty"], "alg": key["alg"]} for key in found["keys"]]
    console.show_rows(rows, as_json=False, nothing="the server is spoken to without a key")


@app.command("check", epilog=console.example_of("wsic fetch check north-trust"))
def check(name: Name, as_json: console.Json = False) -> None:
    """Ask whether the place of a feed lets us in, and for no data: whether keys and registration are
    right."""
    from pipeline import fetch
    from pipeline.run import fetching, open_ledger

    settings = load_settings()
    for place, _ in fetch.wanted(settings, name=name):
        place.check(fetching.tools(settings, open_ledger(settings)))
    if as_json:
        console.show_json({"feed": name, "is_let_in": True})
    else:
        typer.echo(f"{name} lets us in")
