"""The accounts of a product: every current native row is written, or withheld for one reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.fhir import shapes
from connectors.register import entities
from pipeline.duck import literal, parquet
from pipeline.errors import ChecksRefusedError
from pipeline.identity.eligibility.concepts import person_resources
from pipeline.identity.eligibility.reasons import ORDER
from pipeline.ledger import Ledger
from pipeline.zones import Zones

STAGE = "pseudonymised"
_ACCOUNTS = Path(__file__).with_name("accounts.sql")
_CURRENT = {"file_id": "VARCHAR", "row": "BIGINT", "record_id": "VARCHAR", "supporting": "BOOLEAN"}
_PROVENANCE = {"sender": "VARCHAR", "source_file_id": "VARCHAR", "source_row": "BIGINT"}


@dataclass(frozen=True, slots=True)
class WithheldCount:
    """People and native rows that one reason keeps out of a product."""

    reason: str
    people: int
    rows: int


def account(connection: DuckDBPyConnection, zones: Zones, source: str, written: Sequence[Path]) -> None:
    """Add one source to file_account and withheld_row; raises :class:`ChecksRefusedError` out of balance."""
    _current_view(connection, zones, source)
    connection.execute(
        "create or replace temp view written_row as "
        "select distinct sender, source_file_id as file_id, source_row as row "
        f"from {parquet(written, _PROVENANCE)}"
    )
    _provenance_view(connection, "resource_row", zones, source, person_resources())
    others = sorted({entity.resource for entity in entities().values() if not entity.about_a_person})
    _provenance_view(connection, "organisation_row", zones, source, others)
    connection.execute("set variable reason_order = ?", [list(ORDER)])
    connection.execute(_ACCOUNTS.read_text(encoding="utf-8"))
    _require_balance(connection, source)


def record(
    ledger: Ledger, connection: DuckDBPyConnection, run_id: str, product: str
) -> tuple[WithheldCount, ...]:
    """Put the accounts into the ledger, replacing those of an earlier attempt at this run."""
    stages = connection.execute("select * from file_account").fetchall()
    withheld = [
        WithheldCount(*row)
        for row in connection.execute(
            "select reason, count(distinct person_id), sum(rows)::bigint "
            "from withheld_row group by reason order by reason"
        ).fetchall()
    ]
    with ledger.transaction() as transaction:
        transaction.execute(
            "delete from stage where run_id = ? and product = ? and stage = ?", [run_id, product, STAGE]
        )
        transaction.execute("delete from withheld where run_id = ? and product = ?", [run_id, product])
        transaction.executemany(
            "insert into stage (run_id, product, file_id, stage, rows_in, rows_out, rows_withheld) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            [(run_id, product, file_id, STAGE, *counts) for file_id, *counts in stages],
        )
        transaction.executemany(
            "insert into withheld (run_id, product, reason, people, rows) values (?, ?, ?, ?, ?)",
            [(run_id, product, count.reason, count.people, count.rows) for count in withheld],
        )
    return tuple(withheld)


def _current_view(connection: DuckDBPyConnection, zones: Zones, source: str) -> None:
    """View ``current_row`` over ``landing/current/<source>/<sender>.parquet``."""
    parts = []
    for path in sorted((zones.home / "landing" / "current" / source).glob("*.parquet")):
        parts.append(
            f"select {literal(source)} as source, {literal(path.stem)} as sender, * "
            f"from {parquet([path], _CURRENT)}"
        )
    nothing = f"select ''::varchar as source, ''::varchar as sender, * from {parquet([], _CURRENT)}"
    connection.execute("create or replace temp view current_row as " + " union all ".join([nothing, *parts]))


def _provenance_view(
    connection: DuckDBPyConnection, name: str, zones: Zones, source: str, resources: Sequence[str]
) -> None:
    """View ``name`` of the native rows that became one of ``resources``."""
    parts = []
    for resource in resources:
        files = sorted((zones.fhir / resource).glob(f"source={source}/sender=*/*.parquet"))
        relation = parquet(files, {name: shapes.LINEAGE[name] for name in ("_sender", "_file_id", "_row")})
        parts.append(f"select _sender as sender, _file_id as file_id, _row as row from {relation}")
    connection.execute(f"create or replace temp view {name} as " + " union all ".join(parts))


def _require_balance(connection: DuckDBPyConnection, source: str) -> None:
    """No row written against a reason, none lost without one, none written that is not current."""
    leaked, lost, unknown = connection.execute(
        "select count(*) filter (is_current and is_written and reason is not null), "
        "count(*) filter (is_current and not is_written and reason is null), "
        "count(*) filter (not is_current) from row_fate"
    ).fetchone() or (0, 0, 0)
    if leaked or lost or unknown:
        raise ChecksRefusedError(
            f"{source}: the accounts of pseudonymising do not balance: {leaked} rows written but withheld, "
            f"{lost} lost without a reason, {unknown} written but not current; valid: none of each"
        )
