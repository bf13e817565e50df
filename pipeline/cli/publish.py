"""``wsic publish``: the versions of each product, and the way back to an earlier one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import complete, console, progress
from pipeline.errors import ChecksRefusedError
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, load_settings

if TYPE_CHECKING:
    from pipeline import publish

app = console.group("publish", "Versions of each product, and the way back.", "wsic publish list")
ALL_PRODUCTS = (*PRODUCTS, OPEN_PRODUCT)
Product = Annotated[
    str, typer.Argument(help=f"One of {', '.join(ALL_PRODUCTS)}.", autocompletion=complete.all_products)
]


@app.command("list", epilog=console.example_of("wsic publish list"))
def list_versions(as_json: console.Json = False) -> None:
    """Show every version kept, and which one is served."""
    from pipeline import publish

    settings = load_settings()
    versions = [
        _row(version) for product in ALL_PRODUCTS for version in publish.list_versions(settings, product)
    ]
    console.show_rows(versions, as_json=as_json, nothing="nothing is published yet; start with: wsic run")


@app.command("rollback", epilog=console.example_of("wsic publish rollback secondary_use"))
def rollback(
    product: Product,
    to: Annotated[
        str | None,
        typer.Option(
            help="Serve this run's version; the one before if left out.", autocompletion=complete.runs
        ),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Serve an earlier version again; nothing is deleted."""
    from pipeline import publish
    from pipeline.run import lock, open_ledger, settle_rotations

    settings = load_settings()
    ledger = open_ledger(settings)
    with lock.held(settings, ledger, doing=f"rollback of {product}"):
        settle_rotations(settings, ledger)
        version = publish.rollback(settings, ledger, product, to=to)
    console.show_rows([_row(version)], as_json=as_json, nothing="")


@app.command("check", epilog=console.example_of("wsic publish check open"))
def check(product: Product, as_json: console.Json = False) -> None:
    """Judge the served version by all that a publish judges and it still shows; changes nothing.

    Rules that need the night itself are listed as not judged, each with the reason.
    """
    from pipeline import publish
    from pipeline.run import check_served

    with progress.shown(f"checking {product}"):
        results = check_served(load_settings(), product)
    rows = [
        {
            "suite": result.suite, "rule": result.rule_id, "severity": result.severity,
            "rows_checked": result.rows_checked, "rows_failed": result.rows_failed,
            "is_passed": result.is_passed, "not_judged": None,
        }
        for result in results
    ]  # fmt: skip
    rows += [
        {
            "suite": rule.suite, "rule": rule.rule_id, "severity": None, "rows_checked": None,
            "rows_failed": None, "is_passed": None, "not_judged": reason,
        }
        for rule, reason in publish.not_judged(product, results)
    ]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="no rule was judged")
    if any(result.refuses for result in results):
        raise ChecksRefusedError(f"{product}: critical rules failed on the version that is served")


@app.command("snapshot", epilog=console.example_of("wsic publish snapshot"))
def snapshot(
    again: Annotated[
        bool, typer.Option("--again", help="What is served takes the place of the one that its month has.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Keep what is served as the snapshot of its month, where the month has none, and show every snapshot.

    One of secondary_use goes as soon as the opt-out reply that it heeds has lapsed.
    """
    from pipeline import publish
    from pipeline.run import keep_snapshots

    settings = load_settings()
    with progress.shown("keeping snapshots"):
        kept = keep_snapshots(settings, again=again)
    rows = [
        {"product": item.product, "month": item.month, "run_id": item.run_id, "is_new": item in kept}
        for product in ALL_PRODUCTS
        for item in publish.list_snapshots(settings, product)
    ]
    console.show_rows(rows, as_json=as_json, nothing="nothing is published yet; start with: wsic run")


def _row(version: publish.Version) -> dict[str, object]:
    return {
        "product": version.product, "run_id": version.run_id, "served": version.is_current,
        "published_at": datetime.fromtimestamp(version.published_at, UTC).isoformat(timespec="seconds"),
        "bytes": version.size, "path": str(version.path),
    }  # fmt: skip
