"""The rows of the vault that a night is about, read once: a record's row is wide, and few are concerned.

``record_near`` has the columns of ``vault.record``, as it was last night, ``record_known_near`` those of
``identity_record``, as it is tonight. They hold whom the night was expected to look at; a step that needs
others has them brought. Where everything is linked they hold all.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.person_index.history import columns_of
from pipeline.identity.person_index.night import links_everything

_NEAR = Path(__file__).with_name("near.sql")
_KNOWN = """
create or replace temp view record_known_near as
select {columns}
from record_near anti join record_gone using (record_key) anti join identity_record using (record_key)
union all
select {columns} from identity_record
"""


def take_near(connection: DuckDBPyConnection) -> None:
    """Build ``record_near`` and ``record_known_near``; reads ``record_met`` and ``number_wanted``."""
    if links_everything(connection):
        connection.execute("create or replace temp view record_near as from vault.record")
    else:
        connection.execute(_NEAR.read_text(encoding="utf-8"))
        connection.execute(
            "create or replace temp table record_near as "
            "from vault.record where rowid in (select place from record_place)"
        )
    columns = columns_of(connection, "identity_record")
    connection.execute(_KNOWN.format(columns=columns))


def bring_near(connection: DuckDBPyConnection, relation: str) -> None:
    """Make sure that ``record_near`` holds each record of the vault that ``relation`` (``record_key``) names.

    The vault is read only where one is missing.
    """
    if links_everything(connection):
        return
    # Of a changed record that is not near, the vault has none.
    missing = (
        f"select record_key from {relation} as asked anti join record_near using (record_key) "
        "anti join identity_record using (record_key)"
    )
    connection.execute(f"insert into record_near from vault.record semi join ({missing}) using (record_key)")
