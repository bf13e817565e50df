"""``wsic fetch``: exports of FHIR Bulk Data servers, by hand; the night does the same by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from pipeline import fetch
from pipeline.cli import console
from pipeline.errors import InputRefusedError, UsageError, WsicError
from pipeline.run import fetching, open_ledger
from pipeline.settings import load_settings

app = console.group(
    "fetch", "Fetch from FHIR Bulk Data servers, and see what came.", "wsic fetch run north-trust"
)
_SHOWN = ("server", "job_id", "state", "since", "transaction_time", "files", "rows")
Name = Annotated[str, typer.Argument(help="A server's name in the file of servers.")]


@app.command("run", epilog=console.example_of("wsic fetch run", "wsic fetch run north-trust"))
def run(
    name: Annotated[str | None, typer.Argument(help="Only this server; every one if left out.")] = None,
    as_json: console.Json = False,
) -> None:
    """Go on with the export that was left off, or ask for what is new; the next run lands what came."""
    settings = load_settings()
    ledger = open_ledger(settings)
    servers = (fetch.server_named(settings, name),) if name else fetch.load_servers(settings)
    if not servers:
        raise UsageError(
            f"{settings.fhir_servers.name} names no server; docs/fhir-bulk.md says how to write it"
        )
    found: list[fetch.Fetched] = []
    refused: list[WsicError] = []
    with console.progress() as show:
        for server in servers:
            try:
                found.append(
                    fetching.fetch_from(settings, ledger, server, progress=_named(server.name, show))
                )
            except WsicError as error:
                refused.append(error)
    rows = [{name: getattr(one, name) for name in _SHOWN} for one in found]
    console.show_rows(rows, as_json=as_json, nothing="nothing was fetched")
    for other in refused[1:]:
        console.fail(str(other))
    if refused:
        raise refused[0]
    if any(one.state != "complete" for one in found):
        raise InputRefusedError("an export lacks something; all of it is asked for again by the next fetch")


def _named(server: str, show: Callable[[str], None]) -> Callable[[str], None]:
    return lambda words: show(f"{server}: {words}")


@app.command("list", epilog=console.example_of("wsic fetch list"))
def list_jobs(as_json: console.Json = False) -> None:
    """Show every export that was asked for: from when on, what became of it, files and rows."""
    rows = fetch.list_jobs(open_ledger(load_settings()))
    console.show_rows(rows, as_json=as_json, nothing="no export was asked for yet")


@app.command("show", epilog=console.example_of("wsic fetch show north-trust-00012"))
def show_files(
    job_id: Annotated[str, typer.Argument(help="The job_id that `wsic fetch list` shows.")],
    as_json: console.Json = False,
) -> None:
    """Show the files of one export: state, rows said and come, size, tries; never where they lay."""
    ledger = open_ledger(load_settings())
    if not ledger.query("select 1 from bulk_job where job_id = ?", (job_id,)):
        raise UsageError("no export has this job_id; valid: those of `wsic fetch list`")
    console.show_rows(fetch.show_files(ledger, job_id), as_json=as_json, nothing="the export has no file yet")


@app.command("keys", epilog=console.example_of("wsic fetch keys north-trust --json"))
def keys(name: Name, as_json: console.Json = False) -> None:
    """Show the public keys (a JWK Set) that the server must know us by; nothing secret is in it."""
    settings = load_settings()
    found = fetching.public_keys(settings, fetch.server_named(settings, name))
    if as_json:
        console.show_json(found)
        return
    rows = [{"kid": key["kid"], "kty": key["kty"], "alg": key["alg"]} for key in found["keys"]]
    console.show_rows(rows, as_json=False, nothing="the server is spoken to without a key")


@app.command("check", epilog=console.example_of("wsic fetch check north-trust"))
def check(name: Name, as_json: console.Json = False) -> None:
    """Ask the server for an access token, and for no data: whether keys and registration are right."""
    settings = load_settings()
    fetching.check_server(settings, fetch.server_named(settings, name))
    if as_json:
        console.show_json({"server": name, "is_let_in": True})
    else:
        typer.echo(f"{name} lets us in")
