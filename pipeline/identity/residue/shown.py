"""The weight of many pairs as it is shown: that of their levels, and of the classes of their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.identity.residue.model import Model
from pipeline.identity.residue.nodes import define_macros, index_nodes, residue_nodes
from pipeline.identity.residue.rarity import rarities
from pipeline.identity.residue.waterfall import FREQUENCY, level_weight, prior

_SIDES = "(select left_key as key from {pairs} union select right_key from {pairs})"


def show_weights(connection: DuckDBPyConnection, model: Model, pairs: str) -> None:
    """Build ``weight_shown`` (left_key, right_key, weight) of relation ``pairs`` (left_key, right_key).

    The weight is the sum of the pair's :func:`waterfall`, in bits. A pair of which a side is not known any
    more has no row.
    """
    define_macros(connection)
    sides = _SIDES.format(pairs=pairs)
    records = residue_nodes(f"(from vault.record where record_key in {sides})")
    persons = index_nodes(f"(from vault.person_index where 'nhs|' || nhs_number in {sides})")
    connection.execute(f"create or replace temp table node_shown as {records} union all by name {persons}")
    _register_classes(connection, model)
    columns = [row[0] for row in connection.execute("describe node_shown").fetchall()]
    named = ", ".join(f"{side}.{name} as {name}_{side}" for side in ("l", "r") for name in columns)
    weights = " + ".join(_weight_sql(comparison) for comparison in model.splink["comparisons"])
    connection.execute(
        "create or replace temp table weight_shown as "
        f"with pair as (select p.left_key, p.right_key, {named} from {pairs} as p "
        "inner join node_shown as l on l.node = p.left_key "
        "inner join node_shown as r on r.node = p.right_key) "
        f"select left_key, right_key, round(({prior(model)!r} + {weights})::double, 6) as weight from pair"
    )


def _register_classes(connection: DuckDBPyConnection, model: Model) -> None:
    """``rarity_<column>``: a map of the names that the model lists to the bits of their class."""
    for level in _levels_of_names(model):
        column = str(level[FREQUENCY])
        classes = rarities(model, column, level)
        names = pa.table(
            {
                "name": pa.array(classes.by_name, pa.string()),
                "bits": pa.array([rarity.bits for rarity in classes.by_name.values()], pa.int32()),
            }
        )
        connection.register("rarity_given", names)
        listed = "select map(list(name), list(bits)) from rarity_given"
        connection.execute(f"set variable rarity_{column} = ({listed})")
        connection.execute(f"set variable rarity_{column}_others = ?", [classes.of_others.bits])
        connection.unregister("rarity_given")


def _levels_of_names(model: Model) -> list[Mapping[str, Any]]:
    comparisons = model.splink["comparisons"]
    return [level for c in comparisons for level in c["comparison_levels"] if level.get(FREQUENCY)]


def _weight_sql(comparison: Mapping[str, Any]) -> str:
    *levels, last = comparison["comparison_levels"]
    cases = " ".join(f"when {level['sql_condition']} then {_level_sql(level)}" for level in levels)
    return f"case {cases} else {_level_sql(last)} end"


def _level_sql(level: Mapping[str, Any]) -> str:
    if level.get("is_null_level"):
        return "0"
    weight = repr(level_weight(level))
    if column := level.get(FREQUENCY):
        listed = f"getvariable({literal('rarity_' + column)})[{column}_l]"
        return f"{weight} + coalesce({listed}, getvariable({literal(f'rarity_{column}_others')}))"
    return weight
