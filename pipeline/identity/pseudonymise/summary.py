"""What a product holds, and what its columns lost for not looking as the register says."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.identity.pseudonymise.accounts import WithheldCount
from pipeline.ledger import Ledger

SUITE = "pseudonymise"  # under which the ledger counts values outside their domain


@dataclass(frozen=True, slots=True)
class OutsideDomain:
    """Values of one column of one source that do not look as the register says, and were left out."""

    source: str
    entity: str
    column: str
    rows: int
    values: int


@dataclass(frozen=True, slots=True)
class PseudonymiseSummary:
    """What one product holds, and what was withheld from it."""

    product: str
    people: int
    rows_in: int
    rows_out: int
    withheld: tuple[WithheldCount, ...]
    outside_domain: tuple[OutsideDomain, ...]


def summarise(
    connection: DuckDBPyConnection,
    product: str,
    withheld: tuple[WithheldCount, ...],
    outside: tuple[OutsideDomain, ...],
) -> PseudonymiseSummary:
    """Count the people who have at least one row written, and all rows."""
    people = connection.execute(
        "select count(distinct k.person_id) from kept_record as k "
        "semi join written_record as w using (source, sender, record_id)"
    ).fetchone() or (0,)
    rows_in, rows_out = connection.execute(
        "select coalesce(sum(rows_in), 0)::bigint, coalesce(sum(rows_out), 0)::bigint from file_account"
    ).fetchone() or (0, 0)
    return PseudonymiseSummary(product, people[0], rows_in, rows_out, withheld, outside)


def record_outside(ledger: Ledger, run_id: str, summary: PseudonymiseSummary) -> None:
    """What was left out for its looks, as warnings beside the results of the other rules."""
    with ledger.transaction() as transaction:
        transaction.execute(
            "delete from rule_result where run_id = ? and product = ? and suite = ?",
            [run_id, summary.product, SUITE],
        )
        transaction.executemany(
            "insert into rule_result "
            "(run_id, product, suite, rule_id, severity, rows_checked, rows_failed, is_passed) "
            "values (?, ?, ?, ?, 'warning', ?, ?, 0)",
            [
                (
                    run_id,
                    summary.product,
                    SUITE,
                    f"domain:{o.source}__{o.entity}.{o.column}",
                    o.rows,
                    o.values,
                )
                for o in summary.outside_domain
            ],
        )
