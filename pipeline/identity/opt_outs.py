"""The national data opt-out, as the check service answers it (NHS England, Check for National Data Opt-outs).

The cohort file lists the NHS numbers to check, the reply the numbers that *may* be used: one a
line, each with a trailing comma, LF, no header. Whoever is missing from the reply has opted out or
is not known. Replies lie in ``<extracts>/opt_outs/<YYYY-MM-DD>/*.dat``; the files of one date are
one reply. Of the newest well-formed reply only the current state is kept, in the vault. An older
reply than ``opt_out_valid_days`` is not used (results may be cached for 21 days at most).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from pipeline.duck import literal, values_hidden
from pipeline.errors import ChecksRefusedError
from pipeline.identity import nhs_number
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings

PRODUCT = "secondary_use"  # the product that objections apply to
BAD_CHECK_DIGITS_LIMIT = 0.01  # share of numbers with a wrong check digit above which a reply is refused

_FORM = "valid: at least one number of ten digits, one a line, each with a trailing comma, no header"
_READ = """
create or replace temp table reply as
with line as (
    select trim(line, ' \r') as line
    from read_csv({files}, columns = {{'line': 'VARCHAR'}}, header = false, auto_detect = false,
        delim = '\x01', quote = '', escape = '', strict_mode = false, null_padding = true)
)
select if(regexp_full_match(line, '[0-9]{{10}},?'), left(line, 10), null) as nhs_number
from line
where line <> ''
"""
_JUDGE = """
select count(*), count(*) - count(nhs_number),
    count(*) filter (nhs_number_weighted_sum(try_cast(nhs_number as bigint)) % 11 <> 0)
from reply
"""


@dataclass(frozen=True, slots=True)
class OptOutOutcome:
    """Which reply is in use: its date, its numbers, whether it is still valid, and what was refused."""

    reply_on: date | None
    numbers: int
    is_valid: bool
    refused: tuple[str, ...]


def apply_opt_outs(
    settings: Settings, ledger: Ledger, run_id: str, extracts: Path, as_of: date
) -> OptOutOutcome:
    """Take the newest well-formed national reply not later than ``as_of`` as the state of objections.

    Does not raise where there is none: :func:`require_valid_reply` refuses ``secondary_use`` then,
    and ``direct_care`` goes on. A malformed reply is refused, named in ``refused``, and counted in
    the ledger; an earlier one stays in use until it expires.
    """
    refused: list[str] = []
    with open_vault(settings, load_keys(settings)) as connection, values_hidden("opt-out replies"):
        nhs_number.define_macros(connection)
        for reply_on, files in _replies(extracts, as_of):
            message = _read_reply(connection, files)
            if message is None:
                _keep(connection, reply_on=reply_on, files=len(files), run_id=run_id)
                break
            refused.append(f"opt_outs/{reply_on}: {message}; {_FORM}")
        state, numbers = _state(connection)
    outcome = OptOutOutcome(state, numbers, _is_valid(settings, state, as_of), tuple(refused))
    _record(ledger, run_id, outcome)
    return outcome


def require_valid_reply(settings: Settings, connection: DuckDBPyConnection, as_of: date) -> None:
    """Raise :class:`ChecksRefusedError` unless the vault holds a reply that may be used at ``as_of``."""
    state, _ = _state(connection)
    if not _is_valid(settings, state, as_of):
        found = f"the newest is of {state}" if state else "there is none"
        oldest = as_of - timedelta(days=settings.opt_out_valid_days)
        raise ChecksRefusedError(
            f"{PRODUCT} needs a national opt-out reply, and {found}; "
            f"valid: opt_outs/<date>/*.dat with a date from {oldest} to {as_of}"
        )


def _replies(extracts: Path, as_of: date) -> list[tuple[date, list[Path]]]:
    """Reply files by date, newest first, none later than ``as_of``; folders that are no date are none."""
    found = []
    for folder in (extracts / "opt_outs").glob("*"):
        try:
            reply_on = date.fromisoformat(folder.name)
        except ValueError:
            continue
        files = sorted(folder.glob("*.dat"))
        if files and reply_on <= as_of:
            found.append((reply_on, files))
    return sorted(found, reverse=True)


def _read_reply(connection: DuckDBPyConnection, files: list[Path]) -> str | None:
    """Read a reply into the temp table ``reply``; what is wrong with it, or nothing."""
    listed = "[" + ", ".join(literal(file) for file in files) + "]"
    try:
        connection.execute(_READ.format(files=listed))
    except duckdb.Error:
        return "a file cannot be read as text"
    lines, not_numbers, bad_digits = connection.execute(_JUDGE).fetchone() or (0, 0, 0)
    if lines == 0:
        return "the reply is empty"
    if not_numbers:
        return f"{not_numbers} of {lines} lines are no NHS number"
    if bad_digits > lines * BAD_CHECK_DIGITS_LIMIT:
        return f"{bad_digits} of {lines} numbers have a wrong check digit"
    return None


def _keep(connection: DuckDBPyConnection, *, reply_on: date, files: int, run_id: str) -> None:
    """Put ``reply`` in the place of the state before, in one transaction."""
    connection.execute("begin")
    connection.execute("delete from vault.national_reply")
    connection.execute("delete from vault.national_reply_state")
    connection.execute("insert into vault.national_reply select distinct nhs_number from reply")
    connection.execute(
        "insert into vault.national_reply_state select ?, now(), ?, count(*), ? from vault.national_reply",
        [reply_on, files, run_id],
    )
    connection.execute("commit")


def _state(connection: DuckDBPyConnection) -> tuple[date | None, int]:
    """Date of the reply in use, and how many numbers it allows."""
    found = connection.execute("select reply_on, numbers from vault.national_reply_state").fetchone()
    return (found[0], found[1]) if found else (None, 0)


def _is_valid(settings: Settings, reply_on: date | None, as_of: date) -> bool:
    """Whether a reply is neither too old nor from after ``as_of``."""
    return reply_on is not None and timedelta(0) <= as_of - reply_on <= timedelta(
        days=settings.opt_out_valid_days
    )


def _record(ledger: Ledger, run_id: str, outcome: OptOutOutcome) -> None:
    """Evidence for the ledger: was there a valid reply, and how many were refused."""
    checked = len(outcome.refused) + (outcome.reply_on is not None)
    rules = (
        ("national_reply_valid", "critical", 1, int(not outcome.is_valid)),
        ("national_reply_well_formed", "warning", checked, len(outcome.refused)),
    )
    ledger.put(
        "rule_result",
        [
            {
                "run_id": run_id,
                "product": PRODUCT,
                "suite": "opt_outs",
                "rule_id": rule,
                "severity": severity,
                "rows_checked": rows,
                "rows_failed": failed,
                "is_passed": int(failed == 0),
            }
            for rule, severity, rows, failed in rules
        ],
    )
