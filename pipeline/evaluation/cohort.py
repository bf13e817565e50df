"""The people of an evaluation, out of a published product: what was known of them, and what followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.evaluation.match import Floats
from pipeline.evaluation.rules import CONDITIONS, COUNTED, OUTCOMES, EvaluationRules

_HERE = Path(__file__).parent
_RECENT = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Who may be matched in one intervention, a row each: ``values`` by covariate (``names``), ``strata`` a
    column a segment and number of admissions."""

    ids: NDArray[np.int64]
    names: Sequence[str]
    values: Floats
    strata: Floats
    is_treated: NDArray[np.bool_]


def draw(connection: duckdb.DuckDBPyConnection, rules: EvaluationRules) -> None:
    """Make the temporary tables ``treated`` (with the reason why somebody is not matched), ``drawn`` and
    ``covariate``, of the table ``listed`` and the published tables in use."""
    for name in ("days", "per_person", "most"):
        connection.execute(f"set variable {name} = {int(getattr(rules, name))}")
    connection.execute((_HERE / "cohort.sql").read_text(encoding="utf-8"))
    connection.execute(f"create or replace temp table covariate as {_covariates()}")


def read_drawn(connection: duckdb.DuckDBPyConnection, intervention_id: str) -> Drawn:
    """Everybody who was drawn for one intervention, in the order of their ids."""
    found = connection.execute(
        "select covariate.*, segment_id || ' ' || n_admissions as stratum, is_treated "
        "from drawn inner join covariate using (drawn_id) where intervention_id = ? order by drawn_id",
        [intervention_id],
    ).fetchnumpy()
    ids, strata = found.pop("drawn_id"), np.asarray(found.pop("stratum"), dtype=str)
    is_treated = np.asarray(found.pop("is_treated"), dtype=bool)
    names = tuple(found)
    return Drawn(
        ids=np.asarray(ids, dtype=np.int64),
        names=names,
        values=np.column_stack([np.asarray(found[name], dtype=np.float64) for name in names]),
        strata=np.asarray(strata[:, None] == np.unique(strata)[None, :], dtype=np.float64),
        is_treated=is_treated,
    )


def read_outcomes(
    connection: duckdb.DuckDBPyConnection, matched: pa.Table
) -> Mapping[str, NDArray[np.generic]]:
    """Columns ``set_id, is_treated, stretch, weight, years`` and outcomes, a row a person and stretch."""
    connection.register("matched", matched)
    sums = ", ".join(f"sum(amount) filter (where outcome = '{name}') as {name}" for name in OUTCOMES)
    amounts = ", ".join(f"coalesce(told.{name}, 0)::double as {name}" for name in OUTCOMES)
    query = (_HERE / "outcomes.sql").read_text(encoding="utf-8").format(sums=sums, amounts=amounts)
    found: Mapping[str, NDArray[np.generic]] = connection.execute(query).fetchnumpy()
    connection.unregister("matched")
    return found


def _covariates() -> str:
    """The query of ``covariates.sql`` with a column a sum and condition."""
    recent = f"drawn.started_on - happened.day <= {_RECENT}"
    sums = [f"sum(amount) filter (where kind = '{kind}') as {kind}_before" for kind in COUNTED]
    sums += [f"sum(amount) filter (where kind = '{kind}' and {recent}) as {kind}_recent" for kind in COUNTED]
    # Costs go by their logarithm: one long stay would be most of the spread.
    shown = [
        f"{'ln(1 + ' if kind == 'cost' else '('}coalesce(counted.{kind}_{when}, 0))::double as {kind}_{when}"
        for when in ("before", "recent")
        for kind in COUNTED
    ]
    has = [f"bool_or(condition_id = '{name}') as has_{name}" for name in CONDITIONS]
    shown_has = [f"coalesce(known.has_{name}, false)::integer::double as has_{name}" for name in CONDITIONS]
    text = (_HERE / "covariates.sql").read_text(encoding="utf-8")
    return text.format(
        sums=", ".join(sums), conditions=", ".join(has), shown_conditions=", ".join(shown_has),
        shown_sums=", ".join(shown),
    )  # fmt: skip
