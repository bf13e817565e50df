"""``wsic keys``: which keys are in use, by their public ids; a key itself is never shown."""

from __future__ import annotations

from pipeline.cli import console
from pipeline.keys import load_keys
from pipeline.settings import load_settings

app = console.group("keys", "Key versions in use, by public id.", "wsic keys list")


@app.command("list", epilog=console.example_of("wsic keys list --json"))
def list_keys(as_json: console.Json = False) -> None:
    """Show each key's purpose, version, public id and where its root comes from."""
    rows = [
        {
            "purpose": key.purpose, "version": key.version, "key_id": key.key_id,
            "provider": key.provider, "development": key.is_development,
        }
        for key in load_keys(load_settings()).describe()
    ]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="no keys")
