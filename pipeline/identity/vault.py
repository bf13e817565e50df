"""The identity vault: ``identity/vault.duckdb``, always encrypted (AES-256-GCM, key bound as a parameter).

It holds the person index, tonight's identity records and the state of objections. One process
writes it at a time, and every change of a step is one transaction.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipeline.duck import connect, literal
from pipeline.errors import SetupError
from pipeline.keys import VAULT, KeyRing
from pipeline.settings import Settings
from pipeline.zones import Zones

_SCHEMA = Path(__file__).with_name("vault.sql")
_MODE = 0o600
FORM = 1  # raised, here and in the last line of the schema, by a release that changes what a column means


@contextmanager
def open_vault(
    settings: Settings, keys: KeyRing, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the vault attached as ``vault``; closed, and so sealed, at the end of the block.

    Raises :class:`SetupError` where the key is not the one that the vault was made with, the file is not
    whole, or newer code wrote it; it is left as it is then. What older code wrote is brought up to date.
    """
    path = vault_path(settings)
    take_staged(path, staged_path(settings, keys.root_id))
    _require_whole(path)
    connection = connect(settings)
    try:
        _attach(connection, path, keys.key(VAULT), read_only=read_only)
        _require_known_form(connection)
        if read_only:
            yield connection
        else:
            with _size_noted(connection, path):
                connection.execute(_SCHEMA.read_text(encoding="utf-8"))
                yield connection
    finally:
        connection.close()


def vault_path(settings: Settings) -> Path:
    """Where the vault lies."""
    return Zones(settings.home).identity / "vault.duckdb"


def staged_path(settings: Settings, root_id: str) -> Path:
    """Where a copy of the vault under another root (by public id) lies until that root is in use."""
    path = vault_path(settings)
    return path.with_name(f"{path.name}.root-{root_id}")


def take_staged(path: Path, staged: Path) -> None:
    """Put the copy that was made for the root in use in the vault's place; the first to come does it."""
    if not staged.exists():
        return
    _size_path(path).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        staged.replace(path)


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, key: bytes, *, read_only: bool) -> None:
    if read_only and not path.exists():
        raise SetupError("there is no identity vault yet: link the records first")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = ", read_only" if read_only else ""
    statement = f"attach {literal(path)} as vault (type duckdb, encryption_key ?{mode})"
    try:
        connection.execute(statement, [key.hex()])
    except duckdb.InvalidInputException:
        raise SetupError(
            "the identity vault does not open with this deployment's root key, or is damaged"
        ) from None
    except duckdb.IOException:
        raise SetupError("the identity vault is held by another process, or its file is damaged") from None
    if stat.S_IMODE(path.stat().st_mode) != _MODE:  # to be looked at only is no change of it
        path.chmod(_MODE)


def _require_known_form(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables of older code are known by what they lack, which is added; newer code says so itself."""
    written = "from duckdb_tables() where database_name = 'vault' and table_name = 'vault_form'"
    if not connection.execute(written).fetchall():
        return
    [(found,)] = connection.execute("select coalesce(max(form), 0) from vault.vault_form").fetchall()
    if found > FORM:
        raise SetupError(
            f"the identity vault was written by a later version of this software (form {found}, this is "
            f"form {FORM}), and nothing was changed; valid: that version or a later one, or the copy of the "
            "whole home from before the upgrade"
        )


def _size_path(path: Path) -> Path:
    """Where the size that the vault was closed with is noted; missing while it is open, or after a crash."""
    return path.with_name(f"{path.name}.size")


def _require_whole(path: Path) -> None:
    """DuckDB opens a file that was cut short, and finds out when it reads a block that is not there."""
    noted = _size_path(path)
    if path.exists() and noted.exists() and path.stat().st_size < int(noted.read_text("ascii") or 0):
        raise SetupError("the identity vault is cut short: restore it from its backup; nothing was changed")


@contextmanager
def _size_noted(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    """Close the vault at the end of the block, and note its size however it ends: refused is no crash."""
    noted = _size_path(path)
    noted.unlink(missing_ok=True)
    try:
        yield
    finally:
        connection.close()
        noted.write_text(str(path.stat().st_size), encoding="ascii")
        noted.chmod(0o600)
