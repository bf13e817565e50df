"""``wsic --version``: which code this is, and what it reads and serves."""

from __future__ import annotations

import sys
from hashlib import sha256
from typing import Annotated

import typer


def _show(wanted: bool) -> None:
    if not wanted:
        return
    import duckdb

    from expectations.published.contract import TABLES
    from pipeline.identity import vault
    from pipeline.ledger import form
    from pipeline.version import code_version

    # What an upgrade changes: forms of what is kept (docs/upgrading.md), tables and columns that are served.
    contract = sha256(repr(sorted(TABLES.items())).encode()).hexdigest()[:8]
    typer.echo(f"wsic {code_version()}")
    typer.echo(f"ledger form {form.FORM}, identity vault form {vault.FORM}")
    typer.echo(f"contract of the products {contract}, {len(TABLES)} tables")
    typer.echo(f"DuckDB {duckdb.__version__}, Python {sys.version.partition(' ')[0]}")
    raise typer.Exit


def command(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show, help="Print versions and end.")
    ] = False,
) -> None:
    """Load, link, pseudonymise and publish health and care records, and answer for it."""
