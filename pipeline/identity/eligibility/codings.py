"""The different codings of all landed rows, looked for once a night: by who decides first, then by the gate.

To take every coding of every row apart is most of what restricted codes cost, and it is the same walk for
both. What it finds is kept encrypted with the state of the landed files; which codings are restricted each
tells by code of its own.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.file_state import state_of
from pipeline.identity.eligibility import concepts
from pipeline.identity.kept import attach, is_kept, keep
from pipeline.identity.standardise import fhir_view
from pipeline.keys import KeyRing
from pipeline.settings import Settings
from pipeline.zones import Zones

_TABLE = "different_coding"


def find_codings(connection: DuckDBPyConnection, settings: Settings, keys: KeyRing) -> None:
    """Build the temp table ``different_coding``: resource, system (may be null), code; each once."""
    zones = Zones(settings.home)
    path, state = kept_codings(zones), _state(zones)
    if not is_kept(settings, keys, path, state):
        _find(connection, zones)
        keep(connection, keys, path, state, [_TABLE])
        return
    attach(connection, keys, path, "kept_codings")
    connection.execute(f"create or replace temp table {_TABLE} as from kept_codings.{_TABLE}")
    connection.execute("detach kept_codings")


def kept_codings(zones: Zones) -> Path:
    """Where they are kept until a landed file changes."""
    return zones.identity / "eligibility" / "codings.duckdb"


def _state(zones: Zones) -> str:
    """Of every landed row, of the places where codings stand, and of the code that takes them apart.

    The places themselves, not the files that they are derived from: the register says which resources are
    about people, the declared shapes where a code may stand in them.
    """
    places = [concepts.different_codings(resource, "row") for resource in concepts.person_resources()]
    code = [Path(__file__), Path(concepts.__file__)]
    return state_of([_TABLE, *places], [*code, *sorted(zones.fhir.rglob("*.parquet"))])


def _find(connection: DuckDBPyConnection, zones: Zones) -> None:
    columns = "resource varchar, system varchar, code varchar"
    connection.execute(f"create or replace temp table {_TABLE} ({columns})")
    for resource in concepts.person_resources():
        fhir_view(connection, "coded_row", zones=zones, resource_type=resource)
        different = concepts.different_codings(resource, "coded_row")
        connection.execute(
            f"insert into {_TABLE} select {literal(resource)}, system, code from ({different})"
        )
