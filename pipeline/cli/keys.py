"""``wsic keys``: which keys are in use, by their public ids, and their rotation; a key is never shown."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import console
from pipeline.keys import load_keys
from pipeline.run import Rotation, rotate
from pipeline.settings import PRODUCTS, load_settings

app = console.group("keys", "Key versions in use, by public id.", "wsic keys list")


@app.command("list", epilog=console.example_of("wsic keys list --json"))
def list_keys(as_json: console.Json = False) -> None:
    """Show each key's purpose, version, public id, provider and days; retired versions too."""
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
        'wsic keys rotate --product secondary_use --by "A. Singh" --reason "yearly rotation"'
    ),
)
def rotate_key(
    product: Annotated[str, typer.Option(help=f"One of {', '.join(PRODUCTS)}.")],
    by: Annotated[str, typer.Option(help="Who rotates it; goes into the audit log.")],
    reason: Annotated[str, typer.Option(help="Why; goes into the audit log, so no patient's details.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")] = False,
    as_json: console.Json = False,
) -> None:
    """Give a product a new key: made again, checked, swapped in; all under the old key is withdrawn."""
    with console.progress() as show:
        done = rotate(load_settings(), product=product, by=by, reason=reason, dry_run=dry_run, progress=show)
    if as_json:
        console.show_json({**_row(done), "changed_tables": list(done.changed_tables), "dry_run": dry_run})
    else:
        console.show_rows([_row(done)], as_json=False, nothing="")
        typer.echo(_said(done, dry_run=dry_run))


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
