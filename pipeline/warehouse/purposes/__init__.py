"""The gate before ``dbt build``: no model may read a column whose legal bases do not allow the model's
purpose.

Lineage is followed from the compiled SQL down to the columns of the pseudonymised zone, conditions and joins
included. What cannot be followed is taken to read all that it refers to; what refers to nothing declared is
refused. What was found of published columns goes to ``register__lineage.parquet``, from which the data
dictionary says each column's legal bases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import ChecksRefusedError
from pipeline.gate_words import LINEAGE_FOLLOWED, PURPOSE, PURPOSE_RULES
from pipeline.ledger import Ledger
from pipeline.warehouse import dbt
from pipeline.warehouse.purposes import verdict
from pipeline.warehouse.purposes.judge import Finding, described, judge
from pipeline.warehouse.purposes.kept import read_register, source_columns
from pipeline.warehouse.purposes.project import SOURCE, Project, read_project

__all__ = ["LINEAGE", "LINEAGE_COLUMNS", "require_allowed"]

LINEAGE = "register__lineage.parquet"
LINEAGE_COLUMNS = (
    "table_name", "column_name", "handling", "register_columns", "sources", "legal_bases", "purposes",
)  # fmt: skip
COMPILE = ("compile", "--select", "resource_type:model")
_NAMED = 5  # findings named in the message


def require_allowed(
    ledger: Ledger,
    *,
    run_id: str,
    product: str,
    pseudonymised: Path,
    work: Path,
    environ: Mapping[str, str],
    arguments: Sequence[str] = (),
) -> None:
    """Raise :class:`ChecksRefusedError` naming every model that may not be built; else write the lineage.

    ``work``, ``environ`` and ``arguments`` (of dbt) are those of the build that follows, so that what is
    judged is what is built, and what dbt parses it parses once.
    Records suite ``purpose`` in the ledger's ``rule_result``. A project that was judged before, and has
    not changed since (nor have register, columns or this code), is not compiled again.
    """
    register = read_register(pseudonymised)
    (pseudonymised / LINEAGE).unlink(missing_ok=True)
    columns, undeclared = source_columns(pseudonymised, register)
    columns[f"{SOURCE}.register.lineage"] = LINEAGE_COLUMNS
    fingerprint = verdict.fingerprint(dbt.PROJECT, pseudonymised, columns, product, arguments)
    passed = verdict.read(work.parent, fingerprint)
    if passed is None:
        project = _compiled(work, product, environ, columns, arguments)
        findings = judge(project, register, undeclared)
        ledger.put("rule_result", _results(run_id, product, len(project.models), findings, project.opaque))
        if findings:
            raise _refused(product, findings)
        rows = list(described(project, register))
        passed = verdict.keep(
            work.parent, fingerprint, models=len(project.models), opaque=project.opaque, rows=rows
        )
    else:
        ledger.put("rule_result", _results(run_id, product, passed.models, [], passed.opaque))
    schema = pa.schema([(name, pa.string()) for name in LINEAGE_COLUMNS])
    pq.write_table(pa.Table.from_pylist(list(passed.rows), schema=schema), pseudonymised / LINEAGE)


def _compiled(
    work: Path,
    product: str,
    environ: Mapping[str, str],
    columns: Mapping[str, tuple[str, ...]],
    arguments: Sequence[str],
) -> Project:
    """The project as dbt compiles it; nothing is built, and what the command leaves is taken away again."""
    target = work / "target"
    try:
        if dbt.run((*COMPILE, *arguments), environ=environ, work=work) != 0:
            raise ChecksRefusedError(f"{product}: dbt cannot compile its models; see {work}/logs/dbt.log")
        return read_project(target, dbt.PROJECT, columns)
    finally:
        for left_over in (target / "run_results.json", *work.glob("*.duckdb*")):
            left_over.unlink(missing_ok=True)


def _results(
    run_id: str, product: str, models: int, findings: Sequence[Finding], opaque: Sequence[str]
) -> Iterator[dict[str, str | int]]:
    """Rows of ``rule_result``: one a rule, and a warning for the models that could not be followed."""
    for rule in (*PURPOSE_RULES, LINEAGE_FOLLOWED):
        failed = len({finding.model for finding in findings if finding.rule_id == rule})
        failed = len(opaque) if rule == LINEAGE_FOLLOWED else failed
        yield {
            "run_id": run_id, "product": product, "suite": PURPOSE, "rule_id": rule,
            "severity": "warning" if rule == LINEAGE_FOLLOWED else "critical",
            "rows_checked": models, "rows_failed": failed, "is_passed": int(failed == 0),
        }  # fmt: skip


def _refused(product: str, findings: Sequence[Finding]) -> ChecksRefusedError:
    named = "; ".join(str(finding) for finding in findings[:_NAMED])
    more = f"; and {len(findings) - _NAMED} more" if len(findings) > _NAMED else ""
    return ChecksRefusedError(f"{product}: {len(findings)} reasons not to build the warehouse: {named}{more}")
