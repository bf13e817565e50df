"""``wsic publish``: the versions of each product, and the way back to an earlier one."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline import checks, publish
from pipeline.cli import console
from pipeline.errors import UsageError, one_of
from pipeline.run import open_ledger
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, load_settings

app = console.group("publish", "Versions of each product, and the way back.", "wsic publish list")
Product = Annotated[str, typer.Argument(help=f"One of {', '.join((*PRODUCTS, OPEN_PRODUCT))}.")]


@app.command("list", epilog=console.example_of("wsic publish list"))
def list_versions(as_json: console.Json = False) -> None:
    """Show every version kept, and which one is served."""
    rows = publish.list_versions(load_settings())
    console.show_rows(rows, as_json=as_json, nothing="nothing is published yet")


@app.command("rollback", epilog=console.example_of("wsic publish rollback secondary_use"))
def rollback(product: Product, as_json: console.Json = False) -> None:
    """Serve the version before the one that is served now; nothing is deleted."""
    settings = load_settings()
    served = publish.rollback(settings, open_ledger(settings), product=_known(product))
    console.show_rows([{"product": product, "serves": served}], as_json=as_json, nothing="")


@app.command("check", epilog=console.example_of("wsic publish check direct_care"))
def check(product: Product, as_json: console.Json = False) -> None:
    """Run the checks that gate publishing, on the product's built warehouse; publishes nothing."""
    rows = checks.recheck_product(load_settings(), product=_known(product))
    console.show_rows(rows, as_json=as_json, nothing="no rule was judged")
    if not all(row["is_passed"] for row in rows if row["severity"] == "critical"):
        raise typer.Exit(4)


def _known(product: str) -> str:
    if product not in (*PRODUCTS, OPEN_PRODUCT):
        raise UsageError(one_of("product", product, (*PRODUCTS, OPEN_PRODUCT)))
    return product
