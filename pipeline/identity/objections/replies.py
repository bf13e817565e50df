"""The national data opt-out, as the check service answers it (NHS England, Check for National Data Opt-outs).

The request lists the NHS numbers to check, the reply the numbers that *may* be used: one a line, each with a
trailing comma, LF, no header. Whoever was asked about and is missing from the reply has opted out or is not
known; whoever was not asked about could not be checked. Replies lie in
``<extracts>/opt_outs/<YYYY-MM-DD>/*.dat``, or were collected over MESH; the files of one day are one reply.
Of the newest well-formed reply only the current state is kept, in the vault, until it lapses
(:mod:`pipeline.identity.objections.state`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import values_hidden
from pipeline.gate_words import OPT_OUT_RULES, OPT_OUTS
from pipeline.identity import nhs_number
from pipeline.identity.objections import reply_files
from pipeline.identity.objections.reply_files import FORM, Reply
from pipeline.identity.objections.state import (
    PRODUCT,
    ReplyState,
    forget_lapsed,
    is_valid,
    lapses_on,
    read_state,
)
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class OptOutOutcome:
    """Which reply is in use, until when it may be, and what was refused.

    ``numbers`` may be used; ``numbers_asked`` were asked about (0: no request of ours is known);
    ``days_left`` counts from the day decided for to the last day of use, and is null without a valid reply.
    """

    reply_on: date | None
    numbers: int
    is_valid: bool
    refused: tuple[str, ...]
    request_id: str | None = None
    numbers_asked: int = 0
    lapses_on: date | None = None
    days_left: int | None = None
    had_lapsed: bool = False


def apply_opt_outs(
    settings: Settings, ledger: Ledger, run_id: str, extracts: Path, as_of: date
) -> OptOutOutcome:
    """Take the newest well-formed national reply not later than ``as_of`` as the state of objections.

    Does not raise where there is none: ``secondary_use`` is refused then
    (:func:`pipeline.identity.objections.state.require_valid_reply`), and ``direct_care`` goes on. A reply
    that is malformed, or that holds numbers never asked for, is refused, named in ``refused``, and counted
    in the ledger; an earlier one stays in use until it lapses. One that has lapsed is deleted from the vault.
    """
    refused: list[str] = []
    with open_vault(settings, load_keys(settings)) as connection, values_hidden("opt-out replies"):
        nhs_number.define_macros(connection)
        had_lapsed = forget_lapsed(connection, settings, as_of)
        before = read_state(connection)
        for reply in reply_files.find(settings, extracts, as_of):
            if _is_no_newer(reply, before, as_of):
                break
            if not is_valid(settings, reply.on, as_of):
                had_lapsed = True  # and is not even read: what it says may not be kept any more
                break
            message = reply_files.read(connection, reply.files) or reply_files.match(
                connection, settings, reply
            )
            if message is None:
                _keep(connection, reply, run_id)
                break
            refused.append(f"opt_outs/{reply.on}: {message}; {FORM}")
        outcome = _outcome(connection, settings, as_of, tuple(refused), had_lapsed=had_lapsed)
        state = read_state(connection)
    _record(settings, ledger, run_id, outcome, state)
    return outcome


def _is_no_newer(reply: Reply, before: ReplyState | None, as_of: date) -> bool:
    """Whether the reply in use is this one, or a newer one that holds at ``as_of`` too."""
    if before is None or before.reply_on > as_of:
        return False
    return reply.on < before.reply_on or (reply.on == before.reply_on and reply.sha256 == before.sha256)


def _keep(connection: DuckDBPyConnection, reply: Reply, run_id: str) -> None:
    """Put ``reply`` in the place of the state before, in one transaction."""
    connection.execute("begin")
    for table in ("national_reply", "national_asked", "national_reply_state"):
        connection.execute(f"delete from vault.{table}")
    connection.execute("insert into vault.national_reply select distinct nhs_number from reply")
    connection.execute(
        "insert into vault.national_asked select distinct q.nhs_number from vault.national_request as q "
        "semi join reply_match as m on m.request_id = q.request_id and m.file_name = q.file_name"
    )
    connection.execute(
        "insert into vault.national_reply_state "
        "(reply_on, checked_at, files, numbers, run_id, sha256, request_id) "
        "select ?, now(), ?, count(*), ?, ?, (select max(request_id) from reply_match) "
        "from vault.national_reply",
        [reply.on, len(reply.files), run_id, reply.sha256],
    )
    connection.execute("commit")


def _outcome(
    connection: DuckDBPyConnection,
    settings: Settings,
    as_of: date,
    refused: tuple[str, ...],
    *,
    had_lapsed: bool,
) -> OptOutOutcome:
    state = read_state(connection)
    if state is None:
        return OptOutOutcome(None, 0, False, refused, had_lapsed=had_lapsed)
    asked = connection.execute("select count(*) from vault.national_asked").fetchone() or (0,)
    last_day, holds = lapses_on(settings, state.reply_on), is_valid(settings, state.reply_on, as_of)
    return OptOutOutcome(
        reply_on=state.reply_on,
        numbers=state.numbers,
        is_valid=holds,
        refused=refused,
        request_id=state.request_id,
        numbers_asked=asked[0],
        lapses_on=last_day,
        days_left=(last_day - as_of).days if holds else None,
        had_lapsed=had_lapsed,
    )


def _record(
    settings: Settings, ledger: Ledger, run_id: str, outcome: OptOutOutcome, state: ReplyState | None
) -> None:
    """Evidence for the ledger: was there a valid reply, how long it holds, how many were refused."""
    checked = len(outcome.refused) + (outcome.reply_on is not None)
    soon = outcome.days_left is not None and outcome.days_left < settings.opt_out_warn_days
    valid, well_formed, lapses_soon, answers = OPT_OUT_RULES
    rules = [
        (valid, "critical", 1, int(not outcome.is_valid)),
        (well_formed, "warning", checked, len(outcome.refused)),
        (lapses_soon, "warning", 1, int(soon)),
    ]
    if ledger.query("select 1 from opt_out_request limit 1"):
        rules.append((answers, "warning", 1, int(not outcome.request_id)))
    ledger.put(
        "rule_result",
        [
            {
                "run_id": run_id,
                "product": PRODUCT,
                "suite": OPT_OUTS,
                "rule_id": rule,
                "severity": severity,
                "rows_checked": rows,
                "rows_failed": failed,
                "is_passed": int(failed == 0),
            }
            for rule, severity, rows, failed in rules
        ],
    )
    if state is not None and outcome.lapses_on is not None:
        row = {
            "run_id": run_id,
            "reply_on": state.reply_on.isoformat(),
            "request_id": state.request_id or "",
            "files": state.files,
            "numbers": state.numbers,
            "numbers_asked": outcome.numbers_asked,
            "reply_sha256": state.sha256,
            "lapses_on": outcome.lapses_on.isoformat(),
        }
        ledger.put("opt_out_reply", [row])
