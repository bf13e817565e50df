"""Who is compared with whom: a propensity score, and the assignment that matches most people most closely."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.evaluation.rules import EvaluationRules

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

# Pairs of one stratum within the caliper, the nearest of each person; equals go by a digest.
_EDGES = """
select treated.drawn_id as treated_id, other.drawn_id as other_id, other.person_key as person_key,
    abs(treated_score.logit - other_score.logit) as distance
from drawn as treated
inner join drawn as other on treated.stratum = other.stratum and treated.person_key <> other.person_key
inner join scored as treated_score on treated.drawn_id = treated_score.drawn_id
inner join scored as other_score on other.drawn_id = other_score.drawn_id
where treated.is_treated and not other.is_treated and distance <= $caliper
    and treated.intervention_id = $intervention_id
qualify row_number() over (
    partition by treated.drawn_id
    order by distance, md5(other.person_key || treated.person_key), other.drawn_id
) <= $nearest
"""


def propensity(values: Floats, strata: Floats, is_treated: NDArray[np.bool_]) -> Floats:
    """The logit of getting the intervention, a row a person, from covariates and what is matched exactly.

    Logistic regression with a weak ridge (scikit-learn), on columns of mean 0 and standard deviation 1, so
    that what hardly anybody has does not run away.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    told = np.column_stack([values, strata])
    spread = told.std(axis=0)
    scaled = ((told - told.mean(axis=0)) / np.where(spread > 0, spread, 1))[:, spread > 0]
    with threadpool_limits(limits=1):  # sums in one order: the same rows give the same bits
        model = LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=200, tol=1e-8).fit(
            scaled, is_treated
        )
        logit: Floats = np.asarray(model.decision_function(scaled), dtype=np.float64).round(9)
    return logit


def caliper_of(logit: Floats, is_treated: NDArray[np.bool_], rules: EvaluationRules) -> float:
    """So far may two people's logits lie apart: a share of the standard deviation within the groups."""
    within = (logit[is_treated].var() + logit[~is_treated].var()) / 2
    return float(rules.caliper * np.sqrt(within))


def matched(
    connection: duckdb.DuckDBPyConnection, intervention_id: str, caliper: float, rules: EvaluationRules
) -> list[tuple[Numbers, Numbers]]:
    """Pairs (drawn_id of who got it, drawn_id of who did not), an array each for every round of ``ratio``.

    Reads the temporary tables ``drawn`` and ``scored``. Nobody is compared with twice; everybody gets a first
    partner before anybody gets a second.
    """
    named = {"caliper": caliper, "intervention_id": intervention_id, "nearest": rules.nearest}
    edges = connection.execute(_EDGES, named).to_arrow_table().sort_by("treated_id")
    treated = np.asarray(edges["treated_id"], dtype=np.int64)
    other = np.asarray(edges["other_id"], dtype=np.int64)
    people = np.asarray(edges["person_key"].combine_chunks().dictionary_encode().indices, dtype=np.int64)
    cost = 1 + np.asarray(edges["distance"], dtype=np.float64) / (caliper or 1)
    rounds = []
    for _ in range(rules.ratio):
        chosen = assigned(treated, people, cost)
        rounds.append((treated[chosen], other[chosen]))
        left = np.isin(treated, treated[chosen]) & ~np.isin(people, people[chosen])
        treated, other, people, cost = treated[left], other[left], people[left], cost[left]
    return rounds


def assigned(treated: Numbers, people: Numbers, cost: Floats) -> Numbers:
    """Which edges are taken, each person once: as many as can be, and of these the least cost together.

    SciPy's sparse assignment (LAPJVsp) wants a partner for everybody: who is left over gets a stand-in that
    costs more than all that could be saved elsewhere. Costs are between 1 and 2.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if not len(treated):
        return np.empty(0, dtype=np.int64)
    rows, row = np.unique(treated, return_inverse=True)
    columns, column = np.unique(people, return_inverse=True)
    n, m = len(rows), len(columns)
    stand_ins = np.arange(n)
    graph = csr_array(
        (
            np.concatenate([cost, np.full(n, 2.0 + 2.0 * n)]),
            (np.concatenate([row, stand_ins]), np.concatenate([column, m + stand_ins])),
        ),
        shape=(n, m + n),
    )
    found_row, found_column = min_weight_full_bipartite_matching(graph)
    taken = found_row[found_column < m] * m + found_column[found_column < m]
    return np.flatnonzero(np.isin(row * m + column, taken))


def as_table(rounds: list[tuple[Numbers, Numbers]], first_set: int) -> pa.Table:
    """Rows ``set_id, drawn_id, weight``: a set is who got it and, sharing weight 1, their partners."""
    treated = np.concatenate([pair[0] for pair in rounds])
    other = np.concatenate([pair[1] for pair in rounds])
    sets, place, n = np.unique(treated, return_inverse=True, return_counts=True)
    return pa.table(
        {
            "set_id": np.concatenate([np.arange(len(sets)), place]) + first_set,
            "drawn_id": np.concatenate([sets, other]),
            "weight": np.concatenate([np.ones(len(sets)), 1 / n[place]]),
        }
    )
