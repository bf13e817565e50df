"""One linking: its number, and whether last night's results may be kept for what has not changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from connectors.fhir import shapes
from pipeline.identity.residue import load_model
from pipeline.settings import Settings
from pipeline.zones import Zones

_ROOM = Path(__file__).parent.parent
_RULES = (".py", ".sql", ".csv", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What every step of a linking needs to know; ``rules`` names the code, model and settings used.

    ``from_nothing``: not even which pairs held together before is remembered.
    """

    settings: Settings
    run_id: str
    as_of: date
    seq: int
    rules: str
    everything: bool
    from_nothing: bool = False


def begin(
    connection: DuckDBPyConnection,
    settings: Settings,
    *,
    run_id: str,
    as_of: date,
    from_nothing: bool = False,
) -> Night:
    """Number a linking. All is linked anew where the rules are not those that the last one went by."""
    row = connection.execute("select coalesce(max(seq), 0) from vault.linking").fetchone() or (0,)
    last = connection.execute(
        "select rules from vault.linking where not is_rolled_back order by seq desc limit 1"
    ).fetchone()
    rules = _rules(settings)
    night = Night(
        settings=settings,
        run_id=run_id,
        as_of=as_of,
        seq=int(row[0]) + 1,
        rules=rules,
        everything=from_nothing or last is None or last[0] != rules,
        from_nothing=from_nothing,
    )
    for name in ("run_id", "as_of", "seq", "everything"):
        connection.execute(f"set variable {name} = ?", [getattr(night, name)])
    connection.execute("set variable allow_synthetic_numbers = ?", [settings.allow_synthetic_numbers])
    return night


def links_everything(connection: DuckDBPyConnection) -> bool:
    """Whether this linking keeps nothing of the last one's results."""
    row = connection.execute("select getvariable('everything')").fetchone()
    return bool(row and row[0])


def narrow(connection: DuckDBPyConnection, name: str, query: str) -> None:
    """Temp relation ``name`` of the few rows of ``query`` that a night concerns.

    It is read several times over, so a table; where everything is linked it is all there is, so a view.
    """
    kind = "view" if links_everything(connection) else "table"
    connection.execute(f"create or replace temp {kind} {name} as {query}")


def end(connection: DuckDBPyConnection, night: Night) -> None:
    """Note that the linking was done; part of its transaction."""
    connection.execute(
        "insert into vault.linking values (?, ?, ?, ?, false)",
        [night.seq, night.run_id, night.as_of, night.rules],
    )


def _rules(settings: Settings) -> str:
    model = load_model(Zones(settings.home).identity).digest
    text = f"{_code()}|{model}|{settings.allow_synthetic_numbers}|{duckdb.__version__}"
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _code() -> str:
    """Hash of every file of the room, and of the macros that read FHIR elements."""
    files = sorted(path for path in _ROOM.rglob("*") if path.suffix in _RULES)
    digest = hashlib.sha256()
    for path in (*files, Path(shapes.__file__).with_name("macros.sql")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
