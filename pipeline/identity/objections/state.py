"""The national reply in use: until when it may be used, and how it is forgotten.

Results of the check service may be kept for a short time only (21 days, setting ``opt_out_valid_days``).
After that nothing of anybody's choice is left: not in the vault, not in the files made with it. Counts and
hashes stay in the ledger.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.errors import ChecksRefusedError
from pipeline.settings import Settings
from pipeline.zones import Zones

PRODUCT = "secondary_use"  # the product that national and Type 1 objections apply to


@dataclass(frozen=True, slots=True)
class ReplyState:
    """The reply in use: its day, how many numbers it allows, its hash, and the request that it answers."""

    reply_on: date
    numbers: int
    sha256: str
    request_id: str | None
    files: int


def read_state(connection: DuckDBPyConnection) -> ReplyState | None:
    """What the vault holds of a reply, whether it may still be used or not."""
    found = connection.execute(
        "select reply_on, numbers, coalesce(sha256, ''), request_id, files from vault.national_reply_state"
    ).fetchone()
    return ReplyState(*found) if found else None


def lapses_on(settings: Settings, reply_on: date) -> date:
    """The last day on which a reply of ``reply_on`` may be used."""
    return reply_on + timedelta(days=settings.opt_out_valid_days)


def is_valid(settings: Settings, reply_on: date | None, as_of: date) -> bool:
    """Whether a reply is neither too old nor from after ``as_of``."""
    return reply_on is not None and reply_on <= as_of <= lapses_on(settings, reply_on)


def require_valid_reply(settings: Settings, connection: DuckDBPyConnection, as_of: date) -> None:
    """Raise :class:`ChecksRefusedError` unless the vault holds a reply that may be used at ``as_of``."""
    state = read_state(connection)
    if not is_valid(settings, state.reply_on if state else None, as_of):
        found = f"the newest is of {state.reply_on}" if state else "there is none"
        oldest = as_of - timedelta(days=settings.opt_out_valid_days)
        raise ChecksRefusedError(
            f"{PRODUCT} needs a national opt-out reply, and {found}; "
            f"valid: opt_outs/<date>/*.dat with a date from {oldest} to {as_of}"
        )


def forget_lapsed(connection: DuckDBPyConnection, settings: Settings, as_of: date) -> bool:
    """Delete what is older than may be kept at ``as_of``: reply, what was asked, and files made with it.

    Returns whether the reply in use had lapsed. Requests that no reply may come to any more go too.
    """
    oldest = as_of - timedelta(days=settings.opt_out_valid_days)
    _forget_requests(connection, oldest)
    _forget_collected(settings, oldest)
    state = read_state(connection)
    if state is None or state.reply_on >= oldest:
        return False
    connection.execute("begin")
    for table in ("national_reply", "national_asked", "national_reply_state"):
        connection.execute(f"delete from vault.{table}")
    connection.execute("commit")
    connection.execute("checkpoint vault")  # so that the write-ahead log does not keep it either
    folder = Zones(settings.home).identity / "eligibility"
    for made_with_it in folder.glob(f"{PRODUCT}_*.parquet"):
        made_with_it.unlink()
    return True


def replies_folder(settings: Settings) -> Path:
    """Where replies collected over MESH lie, by day, until they lapse."""
    return Zones(settings.home).home / "landing" / "opt_outs"


def _forget_requests(connection: DuckDBPyConnection, oldest: date) -> None:
    connection.execute("begin")
    connection.execute(
        "delete from vault.national_request where request_id in "
        "(select request_id from vault.national_request_file where asked_on < ?)",
        [oldest],
    )
    connection.execute("delete from vault.national_request_file where asked_on < ?", [oldest])
    connection.execute("commit")


def _forget_collected(settings: Settings, oldest: date) -> None:
    """Replies collected over MESH and request files are copies of the same choices and cohort."""
    for folder in (
        *replies_folder(settings).glob("????-??-??"),
        *(Zones(settings.home).identity / "opt_out_requests").glob("????????-*"),
    ):
        day = (
            folder.name
            if "-" in folder.name[:5]
            else f"{folder.name[:4]}-{folder.name[4:6]}-{folder.name[6:8]}"
        )
        try:
            is_old = date.fromisoformat(day) < oldest
        except ValueError:
            continue
        if is_old:
            shutil.rmtree(folder)
