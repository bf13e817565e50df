"""``wsic keys``: which keys are in use, by their public ids, and their rotation; a key is never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import complete, console, progress
from pipeline.errors import UsageError
from pipeline.settings import PRODUCTS, load_settings

if TYPE_CHECKING:
    from pipeline.run import RootRotation, Rotation

app = console.group("keys", "Key versions in use, by public id.", "wsic keys list")


@app.command("list", epilog=console.example_of("wsic keys list --json"))
def list_keys(as_json: console.Json = False) -> None:
    """Show each key's purpose, version, public id, provider and days; retired versions too."""
    from pipeline.keys import load_keys

    rows = [
        {
            "purpose": key.purpose, "version": key.version, "key_id": key.key_id,
            "provider": key.provider, "development": key.is_development,
            "made_on": key.made_at[:10], "retired_on": key.retired_at[:10] or None,
        }
        for key in load_keys(load_settings()).history()
    ]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="no keys")


@app.command(
    "rotate",
    epilog=console.example_of(
        'wsic keys rotate --product secondary_use --by "A. Singh" --reason "yearly rotation"',
        'wsic keys rotate --root --by "A. Singh" --reason "the custodian has left" --dry-run',
    ),
)
def rotate_key(
    *,
    by: Annotated[str, typer.Option(help="Who rotates it; goes into the audit log.")],
    reason: Annotated[str, typer.Option(help="Why; goes into the audit log, so no patient's details.")],
    product: Annotated[
        str, typer.Option(help=f"One of {', '.join(PRODUCTS)}.", autocompletion=complete.products)
    ] = "",
    root: Annotated[
        bool,
        typer.Option(
            "--root", help="The deployment's root key, and with it every key; docs/keys.md says how."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")] = False,
    as_json: console.Json = False,
) -> None:
    """Give a product, or with --root the deployment, a new key: made again, checked, swapped in; all under
    the old key is withdrawn."""
    from pipeline.run import rotate

    if root == bool(product):
        raise UsageError("valid: either --product, or --root")
    if root:
        _rotate_root(by=by, reason=reason, dry_run=dry_run, as_json=as_json)
        return
    with progress.shown():
        done = rotate(load_settings(), product=product, by=by, reason=reason, dry_run=dry_run)
    if as_json:
        console.show_json({**_row(done), "changed_tables": list(done.changed_tables), "dry_run": dry_run})
    else:
        console.show_rows([_row(done)], as_json=False, nothing="")
        typer.echo(_said(done, dry_run=dry_run))


def _rotate_root(*, by: str, reason: str, dry_run: bool, as_json: bool) -> None:
    from pipeline.run import rotate_root

    with progress.shown():
        done = rotate_root(load_settings(), by=by, reason=reason, dry_run=dry_run)
    rows = [_row(product) for product in done.products]
    if as_json:
        changed = {row.product: list(row.changed_tables) for row in done.products}
        told = {
            name: getattr(done, name) for name in ("provider", "old_root_id", "new_root_id", "is_resumed")
        }
        lists = {"products": rows, "to_do": list(done.to_do), "changed_tables": changed}
        console.show_json({**told, **lists, "dry_run": dry_run})
        return
    typer.echo(_root_said(done, dry_run=dry_run))
    console.show_rows(rows, as_json=False, nothing="nothing is published: no product to make again")
    for product in done.products:
        typer.echo(f"{product.product}: {_said(product, dry_run=dry_run)}")
    typer.echo(
        "\n".join(["To do now:" if not dry_run else "To do then:", *(f"- {one}" for one in done.to_do)])
    )


def _root_said(done: RootRotation, *, dry_run: bool) -> str:
    new = done.new_root_id or "not made yet"
    if done.is_resumed:
        return f"root {new} is in use since before; products that were left are made again under it"
    verb = "would be replaced" if dry_run else "was replaced"
    return f"root {done.old_root_id} {verb} by {new} (provider: {done.provider})"


def _row(done: Rotation) -> dict[str, object]:
    return {
        "product": done.product, "night": done.base_run_id, "run_id": done.run_id,
        "old_version": done.old_version, "old_key_id": done.old_key_id,
        "new_version": done.new_version, "new_key_id": done.new_key_id,
        "withdrawn": " ".join(done.withdrawn),
    }  # fmt: skip


def _said(done: Rotation, *, dry_run: bool) -> str:
    if dry_run:
        return "nothing was changed; without --dry-run the product is made again and these versions go"
    if done.changed_tables:
        return f"served under the new key; not as before, look into: {', '.join(done.changed_tables)}"
    return "served under the new key; every table says what it said before"
