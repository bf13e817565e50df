"""Building one product's warehouse: a new file beside the old one, swapped in when dbt is content."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline import least_privilege
from pipeline.errors import ChecksRefusedError, SetupError, one_of
from pipeline.gate_words import DBT, DBT_RULES
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, Settings
from pipeline.warehouse import dbt, purposes, whole_system
from pipeline.warehouse.dbt import NodeResult
from pipeline.zones import Zones

# Unit tests guard the models' code, not the night's data: `make test` runs them.
BUILD = ("build", "--exclude-resource-type", "unit_test")
_NAMED = 8  # so many broken nodes are named in the message; the rest are counted


def build(settings: Settings, ledger: Ledger, *, run_id: str, product: str) -> Path:
    """Run ``dbt build`` of the models of ``product`` and return the database that it made.

    Before it, every model's purpose is held against the legal bases of what it reads; the whole-system risk
    model is among them where the register of the rows allows it. The number of models
    and tests that ran goes to the ledger's ``rule_result`` (suite ``dbt``). Raises
    :class:`ChecksRefusedError` naming the models and tests that did not pass; the database of the last
    good build then still stands.
    """
    zones = Zones(settings.home)
    rows, work = zones.pseudonymised(product).resolve(), _work_folder(zones, product).resolve()
    target = work / zones.warehouse(product).name  # a view names its database: it must not change
    environ = dbt.environment(
        pseudonymised=rows, warehouse=target, product=product,
        memory_limit=settings.memory_limit, home=work, threads=settings.threads, user=settings.warehouse_user,
    )  # fmt: skip
    variant = whole_system.dbt_arguments(rows)
    purposes.require_allowed(
        ledger, run_id=run_id, product=product, pseudonymised=rows, work=work, environ=environ,
        arguments=variant,
    )  # fmt: skip
    if variant:
        whole_system.note_whether_trained(ledger, run_id=run_id, product=product)
    code = dbt.run((*BUILD, *variant, *_without_others(product)), environ=environ, work=work)
    nodes = dbt.results(work)
    ledger.put("rule_result", _counted(nodes, run_id=run_id, product=product))
    _require_built(code, nodes, product=product, work=work)
    least_privilege.take_back(target)
    target.replace(zones.warehouse(product))
    return zones.warehouse(product)


def _without_others(product: str) -> tuple[str, ...]:
    """Leaves out, with their tests, the models of another product alone (``meta: only_in`` in their yml)."""
    return ("--exclude", *(f"config.meta.only_in:{other}" for other in PRODUCTS if other != product))


def _work_folder(zones: Zones, product: str) -> Path:
    """An empty folder for the new database; what dbt parsed last time is kept, as it saves seconds."""
    if product not in PRODUCTS:
        raise SetupError(one_of("product", product, PRODUCTS))
    work = zones.warehouse(product).with_suffix(".dbt")
    work.mkdir(mode=0o700, exist_ok=True)
    for left_over in (*work.glob("*.duckdb*"), work / "target" / "run_results.json"):
        left_over.unlink(missing_ok=True)
    return work


def _counted(nodes: Sequence[NodeResult], *, run_id: str, product: str) -> list[dict[str, str | int]]:
    """Rows of ``rule_result``: one for the models, one for the tests."""
    kinds = (("model", "seed"), ("test", "unit_test"))
    groups = {
        rule: [node for node in nodes if node.kind in of] for rule, of in zip(DBT_RULES, kinds, strict=True)
    }
    return [
        {
            "run_id": run_id, "product": product, "suite": DBT, "rule_id": rule, "severity": "critical",
            "rows_checked": len(group), "rows_failed": sum(not node.is_passed for node in group),
            "is_passed": int(bool(group) and all(node.is_passed for node in group)),
        }
        for rule, group in groups.items()
    ]  # fmt: skip


def _require_built(code: int, nodes: Sequence[NodeResult], *, product: str, work: Path) -> None:
    """Raise :class:`ChecksRefusedError` unless dbt came to its end and every model and test passed."""
    broken = [node for node in nodes if not node.is_passed]
    if code == 0 and nodes and not broken:
        return
    if not broken:
        raise ChecksRefusedError(f"{product}: dbt stopped before it built anything; see {work}/logs/dbt.log")
    named = [f"{node.kind} {node.name} ({_how(node)})" for node in broken[:_NAMED]]
    more = [f"and {len(broken) - _NAMED} more"] if len(broken) > _NAMED else []
    raise ChecksRefusedError(
        f"{product}: {len(broken)} of {len(nodes)} models and tests did not pass: " + ", ".join(named + more)
    )


def _how(node: NodeResult) -> str:
    return f"{node.failures} rows" if node.status == "fail" else node.status
