"""The one place that opens DuckDB for the pipeline, and keeps what it says about values quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipeline.errors import SetupError, WsicError
from pipeline.settings import Settings
from pipeline.zones import Zones

# These name SQL only. Every other DuckDB error may quote a value from a record.
_ABOUT_SQL = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB within the deployment's limits; what does not fit spills inside the landing zone.

    Rows keep the order of the file that they are read from. Extensions are neither fetched nor loaded by
    themselves. Raises :class:`SetupError` where a limit is not one that DuckDB knows.
    """
    spill = Zones(settings.home).home / "landing" / "spill"
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return duckdb.connect(
            config={
                "memory_limit": settings.memory_limit,
                "threads": settings.threads,
                "temp_directory": str(spill),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": True,
                "TimeZone": "Europe/London",
                "enable_progress_bar": False,
            }
        )
    except duckdb.Error as error:
        raise SetupError(f"DuckDB does not accept memory_limit or threads: {error}") from None


@contextmanager
def quietly(doing: str) -> Iterator[None]:
    """Turn a DuckDB error while ``doing`` something into one that shows no value of a record."""
    try:
        yield
    except _ABOUT_SQL as error:
        raise WsicError(f"{doing}: {error}") from None
    except duckdb.Error as error:
        raise WsicError(f"{doing}: DuckDB stopped with {type(error).__name__}") from None


def literal(value: str) -> str:
    """``value`` as a SQL string literal, for places where DuckDB takes no parameter."""
    return "'" + value.replace("'", "''") + "'"
