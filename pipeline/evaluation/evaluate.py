"""``wsic evaluate``: from a list of who got an intervention to how they fared beside people like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipeline import duck, progress
from pipeline.disclosure import disclosed
from pipeline.errors import InputRefusedError, UsageError, one_of
from pipeline.evaluation.balance import Balance, balance
from pipeline.evaluation.cohort import Drawn, draw, read_drawn, read_outcomes
from pipeline.evaluation.estimate import Effect, Rate, estimate
from pipeline.evaluation.lists import read_list
from pipeline.evaluation.match import Numbers, as_table, caliper_of, matched, propensity
from pipeline.evaluation.report import write
from pipeline.evaluation.rules import EvaluationRules
from pipeline.settings import Settings
from pipeline.zones import Zones

PRODUCT = (
    "secondary_use"  # to plan care is what it is for; who is treated is no reason to look into the other
)
_NOT_MATCHED = "nobody like them within the caliper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One intervention. ``flow``: people of the list by what became of them, by the rule for counts; without
    ``rates`` too few were matched to be spoken of."""

    intervention_id: str
    flow: Mapping[str, int | None]
    caliper: float | None
    balance: list[Balance]
    rates: list[Rate]
    effects: list[Effect]

    @property
    def is_balanced(self) -> bool:
        """Whether both groups are alike in all that was known of them."""
        return bool(self.balance) and all(one.is_alike for one in self.balance)


def evaluate(
    settings: Settings, interventions: Path, out: Path, rules: EvaluationRules, *, product: str = PRODUCT
) -> list[Evaluation]:
    """Evaluate every intervention of the list on the served version, and write tables and page to ``out``.

    Raises :class:`UsageError` where nothing is served or ``out`` may be looked into by others, and
    :class:`InputRefusedError` where the list has a wrong row, or fewer people of the product than are
    spoken of.
    """
    if product != PRODUCT:
        raise UsageError(one_of("product", product, [PRODUCT]))
    database = Zones(settings.home).published(product) / "current.duckdb"
    if not database.exists():
        raise UsageError(f"{product} is not published yet; start with: wsic run")
    with duck.connect(settings) as connection:
        connection.execute(f"attach {duck.literal(database.resolve())} as product (read_only)")
        connection.execute("use product")
        run = _run(connection)
        progress.step("drawing people to compare with")
        read_list(connection, interventions, as_of=run["as_of"])
        draw(connection, rules)
        _require_enough(connection, rules)
        names = connection.execute("select distinct intervention_id from listed order by all").fetchall()
        progress.step("matching")
        listed = progress.counted(names, "interventions")
        found = [_one(connection, name, rules) for (name,) in listed]
    write(
        out, [asdict(one) | {"is_balanced": one.is_balanced} for one in found], run=run, rules=asdict(rules)
    )
    return found


def _run(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    found = connection.execute(
        "select max_by(run_id, started_at), max_by(as_of, started_at)::date from audit.run"
    ).fetchone() or (None, None)
    return {"run_id": found[0], "as_of": _day(found[1])}


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise UsageError("the product says of no night that it was made; publish it again: wsic run")
    return value


def _require_enough(connection: duckdb.DuckDBPyConnection, rules: EvaluationRules) -> None:
    known = connection.execute(
        "select count(*) from treated where reason is distinct from 'not in the product'"
    )
    people = (known.fetchone() or (0,))[0]
    if people < rules.least_people:
        raise InputRefusedError(
            f"fewer than {rules.least_people} people of the list are in {PRODUCT}: of so few nothing is said"
        )


def _one(connection: duckdb.DuckDBPyConnection, intervention_id: str, rules: EvaluationRules) -> Evaluation:
    flow = _flow(connection, intervention_id)
    drawn = read_drawn(connection, intervention_id) if flow.get("may be matched") else None
    pairs: list[tuple[Numbers, Numbers]] = []
    caliper = None
    if drawn is not None and drawn.is_treated.sum() >= rules.least_people and not drawn.is_treated.all():
        logit = propensity(drawn.values, drawn.strata, drawn.is_treated)
        caliper = caliper_of(logit, drawn.is_treated, rules)
        connection.register("scored", pa.table({"drawn_id": drawn.ids, "logit": logit}))
        pairs = matched(connection, intervention_id, caliper, rules)
        connection.unregister("scored")
    n_matched = len(pairs[0][0]) if pairs else 0
    flow["matched"], flow[_NOT_MATCHED] = n_matched, flow.pop("may be matched", 0) - n_matched
    if drawn is None or n_matched < rules.least_people:
        told: tuple[list[Balance], list[Rate], list[Effect]] = [], [], []
    else:
        told = _compared(connection, drawn, pairs, rules)
    return Evaluation(
        intervention_id=intervention_id, flow={word: disclosed(n) for word, n in flow.items() if n},
        caliper=caliper, balance=told[0], rates=told[1], effects=told[2],
    )  # fmt: skip


def _flow(connection: duckdb.DuckDBPyConnection, intervention_id: str) -> dict[str, int]:
    found = connection.execute(
        "select coalesce(reason, 'may be matched'), count(*) from treated where intervention_id = ? "
        "group by all order by all",
        [intervention_id],
    ).fetchall()
    return {"on the list": sum(n for _, n in found)} | dict(found)


def _compared(
    connection: duckdb.DuckDBPyConnection,
    drawn: Drawn,
    pairs: list[tuple[Numbers, Numbers]],
    rules: EvaluationRules,
) -> tuple[list[Balance], list[Rate], list[Effect]]:
    table = as_table(pairs, 0)
    weight = np.zeros(len(drawn.ids))
    weight[np.searchsorted(drawn.ids, np.asarray(table["drawn_id"]))] = np.asarray(table["weight"])
    rates, effects = estimate(read_outcomes(connection, table), rules)
    return balance(drawn.names, drawn.values, drawn.is_treated, weight), rates, effects
