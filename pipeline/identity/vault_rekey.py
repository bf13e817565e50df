"""The vault under another root: a copy of every table in a file that the new root's key encrypts.

The copy lies beside the vault under the public id of its root, and takes the vault's place when that root is
in use (:func:`pipeline.identity.vault.open_vault` sees to it, so a crash in between changes nothing). Ids of
persons are kept, as they are names and not secrets: they stay inside the vault and are hashed under a
product's key before they leave. The ids of parts of a person (at the strict and at the loose threshold) are
made anew from what holds the part together, as the next night would make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal, values_hidden
from pipeline.errors import SetupError
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.vault import open_vault, staged_path, take_staged, vault_path
from pipeline.keys import PERSON_ID, VAULT, KeyRing
from pipeline.settings import Settings

_PARTS = ("strict", "loose")


@contextmanager
def vault_rekeyed(settings: Settings, old: KeyRing, fresh: KeyRing) -> Iterator[None]:
    """Within the block a whole copy of the vault under the keys of ``fresh`` lies beside it.

    Nobody else can write the vault meanwhile. A deployment without a vault has nothing to copy.

    Raises :class:`SetupError`, with the vault as it was, where the copy does not hold what the vault holds.
    """
    path, staged = vault_path(settings), staged_path(settings, fresh.root_id)
    settle_vault(settings, old)
    if not path.exists():
        yield
        return
    with open_vault(settings, old):  # what a crash left in its log is taken in, and the log is gone
        pass
    with open_vault(settings, old, read_only=True) as connection, values_hidden("re-encrypting the vault"):
        part = staged.with_name(f"{staged.name}.part")
        _copy(connection, part, old, fresh)
        part.chmod(0o600)
        part.rename(staged)
        yield


def settle_vault(settings: Settings, keys: KeyRing) -> None:
    """Put the copy under the root in use in the vault's place, and remove one that never was in use.

    To be called by the holder of the lock only.
    """
    path = vault_path(settings)
    take_staged(path, staged_path(settings, keys.root_id))
    for left in path.parent.glob(f"{path.name}.root-*"):
        left.unlink()


def _copy(connection: DuckDBPyConnection, part: Path, old: KeyRing, fresh: KeyRing) -> None:
    statement = f"attach {literal(part)} as rekeyed (type duckdb, encryption_key ?)"
    connection.execute(statement, [fresh.key(VAULT).hex()])
    connection.execute("copy from database vault to rekeyed")
    _require_same(connection)
    for table in ("record", "record_past"):
        if table in _tables(connection, "rekeyed"):
            _rename_parts(connection, table, old, fresh)
    connection.execute("detach rekeyed")


def _require_same(connection: DuckDBPyConnection) -> None:
    """Every table, with as many rows and the same sum of their hashes."""
    tables = _tables(connection, "vault")
    if tables != _tables(connection, "rekeyed") or any(
        _digest(connection, "vault", name) != _digest(connection, "rekeyed", name) for name in tables
    ):
        raise SetupError("the copy of the identity vault is not what the vault holds; nothing was changed")


def _tables(connection: DuckDBPyConnection, database: str) -> list[str]:
    query = "select table_name from duckdb_tables() where database_name = ? order by table_name"
    return [row[0] for row in connection.execute(query, [database]).fetchall()]


def _digest(connection: DuckDBPyConnection, database: str, table: str) -> tuple[object, ...]:
    query = f"select count(*), sum(hash(t)::hugeint) from {database}.{identifier(table)} as t"
    return tuple(connection.execute(query).fetchone() or ())


def _rename_parts(connection: DuckDBPyConnection, table: str, old: KeyRing, fresh: KeyRing) -> None:
    """What the old key named after a part's anchor, the new one names after the same anchor."""
    relation = f"rekeyed.{identifier(table)}"
    for part in _PARTS:
        name = f"keyed_hash('{part}|v1|' || {part}_anchor)"
        with keyed(connection, old.key(PERSON_ID)):
            connection.execute(
                f"create or replace temp table part_named as select distinct {part}_anchor as anchor, "
                f"{part}_person_id as name_before from {relation} where {part}_person_id = {name}"
            )
        with keyed(connection, fresh.key(PERSON_ID)):
            connection.execute(
                f"update {relation} as r set {part}_person_id = {name} from part_named as p "
                f"where p.anchor = r.{part}_anchor and p.name_before = r.{part}_person_id"
            )
    connection.execute("drop table part_named")
