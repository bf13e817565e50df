"""Splink, held to the vault's connection: no logs, no values in errors, no tables left behind."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection

from pipeline.errors import WsicError

if TYPE_CHECKING:
    from splink import Linker

_LOGGER = "splink"


@contextmanager
def quiet_linker(
    connection: DuckDBPyConnection, nodes: str, settings: dict[str, Any], *, step: str
) -> Iterator[Linker]:
    """A linker over the table ``nodes`` that logs nothing, and drops its tables at the end of the block.

    Splink's log and errors quote SQL and values, so that the one is off and the other replaced by a
    :class:`WsicError` that names ``step``.
    """
    # Here, as it takes a second to load, which no other command needs to wait.
    from splink import DuckDBAPI, Linker
    from splink.internals.exceptions import SplinkException

    logger = logging.getLogger(_LOGGER)
    before = (logger.level, logger.disabled, logger.propagate)
    logger.setLevel(logging.CRITICAL + 1)
    try:
        database = DuckDBAPI(connection)
        table = database.register(nodes, table_name=f"registered_{nodes}")
        linker = Linker(table, settings, log_level=None, validate_settings=False)
        try:
            yield linker
        finally:
            _dropped(linker.table_management)
    except SplinkException as error:
        kind = type(error).__name__
        raise WsicError(
            f"{step}: Splink stopped ({kind}); its message may hold values, so is not shown"
        ) from None
    finally:
        logger.setLevel(before[0])
        logger.disabled, logger.propagate = before[1:]


def _dropped(tables: Any) -> None:
    """Drop what Splink made; its own function has no types."""
    tables.delete_tables_created_by_splink_from_db()
