"""What gates worked out, kept encrypted in the identity zone with the state of all that it was made from.

A kept database opens with the vault's key only: whoever could write another in its place could write another
vault. Nothing is read from one that was made from another state.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import duckdb

from pipeline.duck import connect, literal
from pipeline.keys import VAULT, KeyRing
from pipeline.settings import Settings

_STATE = "made_from"


def is_kept(settings: Settings, keys: KeyRing, path: Path, state: str) -> bool:
    """Whether what is kept there was worked out from this state; what cannot be read was not."""
    if not path.exists():
        return False
    connection = connect(settings)
    try:
        attach(connection, keys, path, "kept")
        return connection.execute(f"select state from kept.{_STATE}").fetchall() == [(state,)]
    except duckdb.Error:  # of another root, or not whole
        return False
    finally:
        connection.close()


def attach(connection: duckdb.DuckDBPyConnection, keys: KeyRing, path: Path, name: str) -> None:
    """Attach what is kept as ``name``, to be read only."""
    _attach(connection, keys, path, name, ", read_only")


def keep(
    connection: duckdb.DuckDBPyConnection, keys: KeyRing, path: Path, state: str, tables: Iterable[str]
) -> None:
    """Keep temp tables of ``connection`` in place of what was kept there; a crash leaves that as it was."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    try:
        _attach(connection, keys, new, "keeping", "")
        new.chmod(0o600)
        for table in tables:
            connection.execute(f"create table keeping.{table} as from temp.{table}")
        connection.execute(f"create table keeping.{_STATE} as select {literal(state)} as state")
        connection.execute("detach keeping")
        new.replace(path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()


def _attach(connection: duckdb.DuckDBPyConnection, keys: KeyRing, path: Path, name: str, mode: str) -> None:
    statement = f"attach {literal(path)} as {name} (type duckdb, encryption_key ?{mode})"
    connection.execute(statement, [keys.key(VAULT).hex()])
