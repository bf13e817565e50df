"""The residue: pairs scored that something changed for, decisions resolved, and clusters made of all."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.decisions import note_doubts, resolve
from pipeline.identity.mps_files import join_by_answers
from pipeline.identity.person_index.history import EDGE, columns_of, require_table
from pipeline.identity.person_index.night import Night
from pipeline.identity.residue import cluster, define_macros, find_touched, load_model, score_residue
from pipeline.identity.trace import bucket
from pipeline.zones import Zones

_FOLDER = Path(__file__).parent


def link_residue(connection: DuckDBPyConnection, night: Night) -> None:
    """Build ``link_tonight``: the link of every record that was traced, and of the whole residue.

    Beside it what changes of the decisions that it cannot obey and of the trace's several close candidates.
    """
    resolve(connection)
    _run(connection, "residue.sql", columns_of(connection, "identity_record"))
    _score(connection, night)
    remembered = "where false" if night.from_nothing else ""
    connection.execute(
        "create or replace temp view edge_joined_before as "
        f"select left_key, right_key from vault.joined {remembered}"
    )
    bucket(connection)
    join_by_answers(connection)
    cluster(connection)
    _run(connection, "link_tonight.sql")
    note_doubts(connection)


def _score(connection: DuckDBPyConnection, night: Night) -> None:
    new = "residue_known"
    define_macros(connection)
    if not night.everything:
        find_touched(connection)
        new = "residue_known semi join residue_touched using (record_key)"
    connection.execute(f"create or replace temp table residue_new as select * from {new}")
    score_residue(connection, load_model(Zones(night.settings.home).identity))
    require_table(connection, EDGE, "edge_built")
    _run(connection, "edges.sql", columns_of(connection, "edge_built"))


def _run(connection: DuckDBPyConnection, name: str, columns: str = "") -> None:
    connection.execute((_FOLDER / name).read_text(encoding="utf-8").format(columns=columns))
