"""What spoke for and against one pair: the weight of every comparison, as the model scores it.

What is shown is made of the levels that held and of classes of names (:mod:`.rarity`) alone, the sum as well:
an exact weight would tell the name. It differs from the weight that joins by how a name differs from its
class.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.identity.residue.model import Model
from pipeline.identity.residue.nodes import define_macros, index_nodes, residue_nodes
from pipeline.identity.residue.rarity import rarities

PRIOR = "prior"  # the odds that two records drawn at random are one person's
_INDEX_PERSON = "nhs|"
FREQUENCY = "tf_adjustment_column"  # of a level: the column whose frequencies count there


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: its name, the level that held, and its weight in bits (log2 Bayes factor)."""

    name: str
    level: str
    weight: float


def waterfall(
    connection: DuckDBPyConnection, model: Model, left_key: str, right_key: str
) -> tuple[Comparison, ...]:
    """The prior, then each comparison of a pair of ``vault.edge``; the weights sum up to its shown weight.

    How rare an equal name is has a row of its own: a word, and whole bits. Empty where a side is not known
    any more.
    """
    define_macros(connection)
    _node_table(connection, "waterfall_left", left_key)
    _node_table(connection, "waterfall_right", right_key)
    comparisons = model.splink["comparisons"]
    row = connection.execute(
        f"with pair as ({_pair_sql(connection)}) select "
        + ", ".join(f"{_place_sql(comparison)}" for comparison in comparisons)
        + ", family_folded_l, given_folded_l from pair"
    ).fetchone()
    if row is None:
        return ()
    names = {"family_folded": row[-2], "given_folded": row[-1]}
    found = [Comparison(PRIOR, "before anything is compared", prior(model))]
    for comparison, place in zip(comparisons, row[:-2], strict=True):
        found += _steps(model, comparison, comparison["comparison_levels"][place], names)
    return tuple(found)


def _node_table(connection: DuckDBPyConnection, name: str, key: str) -> None:
    """The one node of that key: an index person, or a record."""
    if key.startswith(_INDEX_PERSON):
        nodes = index_nodes("vault.person_index where nhs_number = ?")
        asked = key.removeprefix(_INDEX_PERSON)
    else:
        nodes, asked = residue_nodes("vault.record where record_key = ?"), key
    connection.execute(f"create or replace temp table {name} as {nodes}", [asked])


def _pair_sql(connection: DuckDBPyConnection) -> str:
    columns = [row[0] for row in connection.execute("describe waterfall_left").fetchall()]
    named = ", ".join(f"{side}.{name} as {name}_{side}" for side in ("l", "r") for name in columns)
    return f"select {named} from waterfall_left as l cross join waterfall_right as r"


def _place_sql(comparison: Mapping[str, Any]) -> str:
    """The place of the first level that holds; the last one holds always."""
    *levels, _ = comparison["comparison_levels"]
    cases = " ".join(f"when {level['sql_condition']} then {place}" for place, level in enumerate(levels))
    return f"case {cases} else {len(levels)} end"


def prior(model: Model) -> float:
    """The model's prior in bits."""
    chance = float(model.splink["probability_two_random_records_match"])
    return math.log2(chance / (1 - chance))


def _steps(
    model: Model, comparison: Mapping[str, Any], level: Mapping[str, Any], names: Mapping[str, str | None]
) -> list[Comparison]:
    """The comparison's weight, and that of the name's class where the level has a frequency."""
    title, words = str(comparison["output_column_name"]), str(level.get("label_for_charts", ""))
    if level.get("is_null_level"):
        return [Comparison(title, words, 0.0)]
    steps = [Comparison(title, words, level_weight(level))]
    column = level.get(FREQUENCY)
    if column and (name := names.get(column)) is not None:
        classes = rarities(model, column, level)
        rarity = classes.by_name.get(name, classes.of_others)
        steps.append(Comparison(title, f"a {rarity.word} name", float(rarity.bits)))
    return steps


def level_weight(level: Mapping[str, Any]) -> float:
    """What a level weighs before any frequency, in bits."""
    return math.log2(float(level["m_probability"]) / float(level["u_probability"]))
