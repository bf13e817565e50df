"""The one way to open DuckDB in the pipeline: bounded, offline, in London time.

Nothing is ever downloaded: extensions neither install nor load themselves. What does not fit in
memory spills into an identifiable zone, encrypted, never into a shared temporary folder.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import duckdb

from pipeline import clock
from pipeline.errors import SetupError, WsicError
from pipeline.interrupts import stoppable
from pipeline.settings import Settings

TIME_ZONE = clock.LONDON.key
_BROKEN_SEAL = "AES tag"  # DuckDB's words for a block whose authentication fails
_REMOTE = "HTTPFileSystem,S3FileSystem,HuggingFaceFileSystem"


def connect(settings: Settings, database: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database, or the file ``database``, with the deployment's limits."""
    spill = settings.home.absolute() / "identity" / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = spill / f"{os.getpid()}-{secrets.token_hex(4)}"  # DuckDB names its files alike in every process
    config: dict[str, str | bool | int | float | list[str]] = {
        **_limits(settings),
        "temp_directory": str(own),
        "temp_file_encryption": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_unsigned_extensions": True,  # until ours is loaded, whose signature this process has checked
    }
    extension = _httpfs()
    connection = stoppable(duckdb.connect(str(database or ":memory:"), config=config))
    connection.execute("set TimeZone = ?", [TIME_ZONE])
    connection.execute("set enable_progress_bar = false")
    # Brings OpenSSL, without which DuckDB writes nothing encrypted; of its network it gets none.
    connection.execute(f"load {literal(extension)}")
    connection.execute("set allow_unsigned_extensions = false")
    connection.execute(f"set disabled_filesystems = {literal(_REMOTE)}")
    return connection


def require_usable(settings: Settings) -> None:
    """Raise :class:`SetupError` where :func:`connect` could not open; makes no folder and opens no file."""
    extension = _httpfs()
    try:
        with duckdb.connect(
            ":memory:", config={**_limits(settings), "allow_unsigned_extensions": True}
        ) as con:
            con.execute("set enable_progress_bar = false")
            con.execute("set TimeZone = ?", [TIME_ZONE])
            con.execute(f"load {literal(extension)}")
    except duckdb.Error as error:
        raise SetupError(
            f"DuckDB does not open with these settings ({type(error).__name__}); valid: WSIC_MEMORY_LIMIT as "
            "4GB, WSIC_THREADS as 2"
        ) from None


def bytes_of(limit: str) -> int:
    """What a limit such as ``4GB`` is in bytes, as DuckDB reads it; 0 where it is in no such form."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b\s*", limit.lower())
    if not found:
        return 0
    step = 1024 if found[3] else 1000
    return int(float(found[1]) * step ** " kmgt".index(found[2] or " "))


def _limits(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    return {"memory_limit": settings.memory_limit, "threads": settings.threads}


def is_first(connection: duckdb.DuckDBPyConnection, word: str) -> bool:
    """Whether ``word`` is said on this connection for the first time: for what is defined once on each.

    A hundred macros take a tenth of a second, and steps that need the same ones follow each other.
    """
    variable = identifier(f"said_{word}")
    said = connection.execute(f"select getvariable({literal(f'said_{word}')})").fetchone()
    connection.execute(f"set variable {variable} = true")
    return said != (True,)


def has_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Whether ``relation`` has any row: what has none to go through need not be planned at all.

    To plan the statements of a step takes longer than to run them on a few rows.
    """
    return connection.execute(f"select 1 from {relation} limit 1").fetchone() is not None


@cache
def _httpfs() -> Path:
    """The signed extension inside the installed package ``duckdb-extension-httpfs``.

    Its signature is checked here, once a process, and not at each of a night's connections: for that, DuckDB
    hashes 21 MB. Whoever could exchange the file after that could exchange DuckDB itself.
    """
    package = find_spec("duckdb_extension_httpfs")
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        for found in Path(folder).rglob(f"v{duckdb.__version__}/httpfs.duckdb_extension"):
            with duckdb.connect() as connection:
                connection.execute("set enable_progress_bar = false")
                connection.execute(f"load {literal(found)}")
            return found
    raise SetupError(f"encryption needs the package duckdb-extension-httpfs=={duckdb.__version__}")


def identifier(name: str) -> str:
    """``name`` quoted as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """``text`` quoted as a SQL string literal; for paths and declared words, never for record values."""
    return "'" + str(text).replace("'", "''") + "'"


def parquet(paths: Iterable[Path], columns: Mapping[str, str]) -> str:
    """Relation that reads ``paths`` as one table, or an empty table of ``columns`` where there are none."""
    files = [literal(path) for path in paths]
    if files:
        listed = ", ".join(identifier(name) for name in columns)
        return f"(select {listed} from read_parquet([{', '.join(files)}], hive_partitioning = false))"
    typed = ", ".join(f"null::{kind} as {identifier(name)}" for name, kind in columns.items())
    return f"(select {typed} where false)"


@contextmanager
def values_hidden(step: str) -> Iterator[None]:
    """Replace DuckDB's errors by one that names ``step``: theirs may quote a value from a record."""
    try:
        yield
    except duckdb.Error as error:
        kind = type(error).__name__
        if _BROKEN_SEAL in str(error):
            raise SetupError(
                f"{step}: a sealed file is damaged, or was made with another key; restore it from its backup"
            ) from None
        if isinstance(error, duckdb.IOException):
            raise SetupError(
                f"{step}: a file could not be read or written: the disk is full, or a file (the identity "
                "vault?) is cut short; make room, or restore it from its backup"
            ) from None
        raise WsicError(
            f"{step}: DuckDB stopped ({kind}); its message may hold values, so is not shown"
        ) from None
