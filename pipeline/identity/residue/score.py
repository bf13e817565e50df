"""Scoring of the residue: against index persons and against itself, never index against index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipeline.duck import has_rows
from pipeline.identity.residue.blocks import block_pairs
from pipeline.identity.residue.model import Model
from pipeline.identity.residue.nodes import define_macros, index_nodes, residue_nodes
from pipeline.identity.residue.rules import DEFAULT_RULES, ResidueRules
from pipeline.identity.residue.splinking import quiet_linker

if TYPE_CHECKING:
    from splink import Linker

_SQL = Path(__file__).with_name("score.sql")
_WORK = ("blocked_pair", "residue_node", "pair_to_score", "model_frequency")
_FREQUENCIES = ("family_folded", "given_folded")
STEP = "scoring the residue"


def score_residue(connection: DuckDBPyConnection, model: Model, rules: ResidueRules = DEFAULT_RULES) -> int:
    """Score every pair that ``residue_new`` takes part in; writes ``edge_built``, returns their number.

    Reads the relations ``residue_new`` (record_key at least), ``residue_known`` (all residue records,
    columns of identity_record) and ``person_index``. ``edge_built``: left_key (a residue record), right_key
    (an index person as ``nhs|`` and number, or a residue record that sorts later), weight (log2 odds, with
    the model's prior), probability; each pair once, none below ``rules.floor``, none of two verified numbers,
    none of plainly different given names. The rows are a function of the relations: neither their order nor
    the size of a chunk plays a part.
    """
    connection.execute(
        "create or replace temp table edge_built "
        "(left_key varchar, right_key varchar, weight double, probability double)"
    )
    if not has_rows(connection, "residue_new"):
        return 0
    define_macros(connection)
    block_pairs(connection, rules)
    if not has_rows(connection, "blocked_pair"):
        connection.execute("drop table blocked_pair")
        return 0
    _prepare(connection, model, rules)
    last = connection.execute("select count(*), max(chunk) from pair_to_score").fetchone() or (0, None)
    if last[0]:
        with quiet_linker(connection, "residue_node", model.splink, step=STEP) as linker:
            _register_frequencies(connection, linker)
            for chunk in range(int(last[1]) + 1):
                _score_chunk(connection, linker, chunk, rules.floor)
    for table in (*_WORK, *(f"no_{column}" for column in _FREQUENCIES)):
        connection.execute(f"drop table if exists {table}")
    connection.execute("drop view residue_node_paired")
    return int(last[0])


def _prepare(connection: DuckDBPyConnection, model: Model, rules: ResidueRules) -> None:
    rows = [
        (kind, name, share) for kind, names in model.term_frequencies.items() for name, share in names.items()
    ]
    kinds, names, shares = zip(*rows, strict=True) if rows else ((), (), ())
    frequencies = pa.table(
        {
            "kind": pa.array(kinds, pa.string()),
            "name": pa.array(names, pa.string()),
            "share": pa.array(shares, pa.float64()),
        }
    )
    connection.register("model_frequency_given", frequencies)
    connection.execute("create or replace temp table model_frequency as from model_frequency_given")
    connection.unregister("model_frequency_given")
    connection.execute("set variable rare_family = ?", [model.rare["family_folded"]])
    connection.execute("set variable rare_given = ?", [model.rare["given_folded"]])
    connection.execute("set variable pairs_a_chunk = ?", [rules.pairs_a_chunk])
    connection.execute("set variable guard_names = ?", [rules.guard_names])
    # Few of the index are in any pair: they are picked out before anything is made of them.
    residue = residue_nodes(
        "(from residue_known where record_key in "
        "(select left_key from blocked_pair union select right_key from blocked_pair))"
    )
    index = index_nodes(
        "(from person_index where nhs_number in "
        "(select right_key[5:] from blocked_pair where starts_with(right_key, 'nhs|')))"
    )
    connection.execute(f"create or replace temp view residue_node_paired as {residue} union all {index}")
    connection.execute(_SQL.read_text(encoding="utf-8"))


def _register_frequencies(connection: DuckDBPyConnection, linker: Linker) -> None:
    """Empty look-ups: the frequencies stand in the nodes already, and must not be counted from tonight's."""
    for column in _FREQUENCIES:
        name = f"no_{column}"
        connection.execute(f'create or replace temp table {name} ("{column}" varchar, "tf_{column}" double)')
        table = linker._db_api.register(name, table_name=f"registered_{name}")
        linker.table_management.register_term_frequency_lookup(table, column)


def _score_chunk(connection: DuckDBPyConnection, linker: Linker, chunk: int, floor: float) -> None:
    name = f"pair_chunk_{chunk}"
    connection.execute(
        f"create or replace temp table {name} as select * exclude (chunk) from pair_to_score where chunk = ?",
        [chunk],
    )
    pairs = linker._db_api.register(name, table_name=f"registered_{name}")
    linker.table_management.register_blocked_pairs_for_predict(pairs)
    scored = linker.inference.predict(threshold_match_weight=floor, warning_mode="never")
    connection.execute(
        "insert into edge_built select unique_id_l, unique_id_r, round(match_weight, 6), "
        f'round(match_probability, 9) from "{scored.physical_name}"'
    )
    scored.drop_table_from_database_and_remove_from_cache()
    connection.execute(f"drop table {name}")
