"""What a release can say of the objections that it heeded: days, counts and hashes, nobody's choice."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from pipeline.identity.eligibility import restricted_codes
from pipeline.identity.objections.state import PRODUCT as HEEDS_NATIONAL
from pipeline.identity.objections.state import lapses_on, read_state
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def record_check(
    connection: DuckDBPyConnection,
    settings: Settings,
    ledger: Ledger,
    *,
    run_id: str,
    product: str,
    people_in: int,
) -> None:
    """Write the ledger's ``objection_check`` of a product, on a connection that decided who may be in it."""
    out = connection.execute(
        "select count(*) from (select person_id from record_eligibility group by person_id "
        "having count(*) filter (reason is null) = 0)"
    ).fetchone() or (0,)
    row = {
        "run_id": run_id,
        "product": product,
        "restricted_codes": restricted_codes(connection),
        "people_in": people_in,
        "people_out": out[0],
        **_heeded(connection, settings, ledger, product),
    }
    ledger.put("objection_check", [row])


def _heeded(
    connection: DuckDBPyConnection, settings: Settings, ledger: Ledger, product: str
) -> dict[str, str | int | None]:
    """The reply that the product heeds, and the request that it answers."""
    state = read_state(connection)
    if product != HEEDS_NATIONAL or state is None:
        return {"request_id": "", "asked_on": None, "numbers_asked": None, "reply_on": None,
                "reply_lapses_on": None, "numbers_allowed": None, "reply_sha256": ""}  # fmt: skip
    asked = ledger.query(
        "select max(asked_on) as day, sum(numbers) as numbers from opt_out_request where request_id = ?",
        (state.request_id or "",),
    )[0]
    return {
        "request_id": state.request_id or "",
        "asked_on": asked["day"],
        "numbers_asked": asked["numbers"],
        "reply_on": state.reply_on.isoformat(),
        "reply_lapses_on": lapses_on(settings, state.reply_on).isoformat(),
        "numbers_allowed": state.numbers,
        "reply_sha256": state.sha256,
    }
