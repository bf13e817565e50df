"""Training of a model, offline: m from pairs that label themselves, u from pairs drawn at random by a seed.

No truth is read: a site trains on its own records in the same way. What the labels cannot show is set:
the chance that two strangers share a number, or that their numbers are one slip apart, follows from how
numbers are issued (NHS Data Dictionary, NHS NUMBER) and from the population.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.errors import UsageError
from pipeline.identity.residue.comparisons import comparisons
from pipeline.identity.residue.model import VERSION
from pipeline.identity.residue.nodes import define_macros, index_nodes, residue_nodes
from pipeline.identity.residue.splinking import quiet_linker

_SQL = Path(__file__).with_name("train.sql")
_Settings = dict[str, Any]

_LEAST_LABELS = 500
# Senders whose birth dates are whole show nothing of partial ones. Of people who differ, 1 in 80 share a
# birth year, and 1 in 12 of these its month; u is that share of m.
_SHARED_BY_CHANCE = {"year and month agree": 1 / 960, "year agrees": 1 / 80}
_STEP = "training the residue's model"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRules:
    """How a model is trained. ``population`` and ``practices`` are those of the system it will serve."""

    population: int = 2_400_000
    practices: int = 350
    seed: int = 1
    random_pairs: int = 10_000_000
    min_people: int = 5  # a name that fewer people have is not listed in the model
    # Nine free digits: of the numbers that differ, 9 x 9 by a digit and 8 by an exchange, over 10^9.
    slip_between_strangers: float = 9e-8
    # Strangers share a number where one was given the other's, which befalls a record that the national
    # service has verified (number and birth date agreed) far less often; both chosen on the safe side.
    verified_of_another: float = 1 / 64
    # What the labels never show is still possible; and what strangers never shared, they may.
    smallest_m: float = 5e-4
    smallest_u: float = 1e-7


@dataclass(frozen=True, slots=True)
class Training:
    """A trained model, ready to be written, and what it was trained on."""

    model: dict[str, Any]
    labels: int
    number_labels: int
    index_people: int


def train(connection: DuckDBPyConnection, rules: TrainingRules | None = None) -> Training:
    """Train on the relations ``identity_record`` and ``person_index`` of a vault connection.

    Raises :class:`UsageError` where too few records label themselves.
    """
    rules = rules or TrainingRules()
    define_macros(connection)
    connection.execute("set variable min_people = ?", [rules.min_people])
    connection.execute(_SQL.read_text(encoding="utf-8"))
    counts = {table: _count(connection, table) for table in ("training_label", "training_number_label")}
    if min(counts.values()) < _LEAST_LABELS:
        raise UsageError(
            f"training needs {_LEAST_LABELS} records whose verified number labels them, and as many that "
            f"agree in all but the number; found {counts['training_label']} and "
            f"{counts['training_number_label']}"
        )
    people = _count(connection, "training_index")
    settings = _combine(_train_u(connection, rules), _train_m(connection), rules, people=people)
    shares = _shares(connection)
    rare = {kind: min(found.values(), default=1.0) / 2 for kind, found in shares.items()}
    model = {
        "version": VERSION,
        "population": rules.population,
        "rare": rare,
        "term_frequencies": shares,
        "splink": settings,
    }
    return Training(
        model,
        labels=counts["training_label"],
        number_labels=counts["training_number_label"],
        index_people=people,
    )


def _untrained(rules: TrainingRules) -> _Settings:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": 1 / rules.population,
        "comparisons": comparisons(),
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _train_u(connection: DuckDBPyConnection, rules: TrainingRules) -> _Settings:
    """u from pairs of index persons: two rows are never one person's."""
    _node_table(connection, "training_person", index_nodes("training_index"))
    with quiet_linker(connection, "training_person", _untrained(rules), step=_STEP) as linker:
        linker.training.estimate_u_using_random_sampling(
            max_pairs=rules.random_pairs, seed=rules.seed, min_count_per_level=None, num_chunks=1
        )
        return dict(linker.misc.save_model_to_json(None))


def _train_m(connection: DuckDBPyConnection) -> _Settings:
    """m from the pairs that label themselves; that of the number from the other labels."""
    nodes = f"{residue_nodes('identity_record')} union all {index_nodes('training_index')}"
    _node_table(connection, "training_node", nodes)
    by_label = {}
    for labels in ("training_label", "training_number_label"):
        with quiet_linker(connection, "training_node", _untrained(TrainingRules()), step=_STEP) as linker:
            training: Any = linker.training  # untyped in Splink
            training.estimate_m_from_pairwise_labels(labels)
            by_label[labels] = dict(linker.misc.save_model_to_json(None))
    found, numbers = by_label["training_label"], by_label["training_number_label"]
    found["comparisons"] = [
        other if one["output_column_name"] == "nhs_number" else one
        for one, other in zip(found["comparisons"], numbers["comparisons"], strict=True)
    ]
    return found


def _node_table(connection: DuckDBPyConnection, name: str, nodes: str) -> None:
    connection.execute(
        f"create or replace temp table {name} as select node as unique_id, * exclude (node) from ({nodes})"
    )


def _combine(of_u: _Settings, of_m: _Settings, rules: TrainingRules, *, people: int) -> _Settings:
    """One settings dictionary with both; no chance below the smallest that the data could have shown."""
    for comparison, trained in zip(of_u["comparisons"], of_m["comparisons"], strict=True):
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        others = [level for level in trained["comparison_levels"] if not level.get("is_null_level")]
        for level, other in zip(levels, others, strict=True):
            level["m_probability"] = other.get("m_probability")
        if comparison["output_column_name"] == "nhs_number":
            _set_number_chances(levels, rules)
        _made_whole(levels, "m_probability", rules.smallest_m)
        if comparison["output_column_name"] == "postcode":
            _set_postcode_chances(levels, min(1.0, people / rules.population))
        if comparison["output_column_name"] == "practice":
            # A training economy may have few; lists differ in size, so sharing one is half as likely again.
            levels[0]["u_probability"] = min(levels[0]["u_probability"] or 1.0, 1.5 / rules.practices)
            levels[1]["u_probability"] = 1 - levels[0]["u_probability"]
        for level in levels:
            if level.get("label_for_charts") in _SHARED_BY_CHANCE:
                level["u_probability"] = level["m_probability"] * _SHARED_BY_CHANCE[level["label_for_charts"]]
        _made_whole(levels, "u_probability", rules.smallest_u)
    of_u.pop("linker_uid", None)
    return of_u


def _set_number_chances(levels: list[dict[str, Any]], rules: TrainingRules) -> None:
    same = 1 / rules.population
    chances = (same * rules.verified_of_another, same, rules.slip_between_strangers, None)
    for level, chance in zip(levels, chances, strict=True):
        level["u_probability"], level["fix_u_probability"] = chance, True
    levels[-1]["u_probability"] = 1 - sum(chance for chance in chances if chance)


def _set_postcode_chances(levels: list[dict[str, Any]], share: float) -> None:
    """A postcode holds no more people in a larger system, so strangers share it more rarely."""
    for level in levels[:2]:
        level["u_probability"] = (level.get("u_probability") or 0.0) * share


def _made_whole(levels: list[dict[str, Any]], chance: str, smallest: float) -> None:
    """Fill in what was never seen, and let the chances sum to one; chances that were set stay."""
    if levels[0].get("fix_u_probability") and chance == "u_probability":
        for level in levels:
            level.pop("fix_u_probability")
        return
    seen = [max(level.get(chance) or 0.0, smallest) for level in levels]
    for level, value in zip(levels, seen, strict=True):
        level[chance] = round(value / sum(seen), 9)


def _shares(connection: DuckDBPyConnection) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {"family_folded": {}, "given_folded": {}}
    for kind, name, share in connection.execute("from name_share order by kind, name").fetchall():
        found[kind][name] = round(share, 8)
    return found


def _count(connection: DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
