"""Recording a step: when it began and ended, how, and a message that is safe to keep.

An error that nobody foresaw may carry a value from a record in its text (a conversion error of
the database does). It is kept and shown by its type and place only, and the chain that leads to
it is cut, so that neither the ledger nor a scheduler's log receives the text. ``WSIC_DEBUG=1``
keeps the chain, for a developer with synthetic people.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import interrupts
from pipeline.clock import now
from pipeline.errors import WsicError
from pipeline.ledger import Ledger

_ROOT = Path(__file__).parent.parent.parent


@contextmanager
def recorded(ledger: Ledger, *, run_id: str, step: str, subject: str = "") -> Iterator[None]:
    """Write one row of ``step`` around the block: ``running``, then ``done``, ``refused`` or ``failed``.

    A :class:`WsicError` passes on as it is; any other exception becomes one that names its type
    and the line of our code that it came from. Raises :class:`Interrupted` where somebody asked for the end,
    before the step or in it, whatever came of that.
    """
    row = {"run_id": run_id, "step": step, "subject": subject, "started_at": now()}
    _put(ledger, row, "running")
    unforeseen: WsicError | None = None
    try:
        interrupts.check()
        yield
    except BaseException as error:
        if interrupts.asked() or not isinstance(error, Exception):
            _end_interrupted(ledger, row, error)
            raise
        unforeseen = _refused(ledger, row, error)
    if unforeseen is not None:
        raise unforeseen  # outside the handler, so that it carries no context
    _put(ledger, row, "done")


def end_interrupted(ledger: Ledger, run_id: str) -> None:
    """End what an interrupt kept from ending: a signal may come just between a step and its record."""
    statement = (
        "update step set outcome = 'failed', ended_at = ?, message = 'interrupted', exit_code = ?"
        " where run_id = ? and outcome = 'running'"
    )
    with ledger.transaction() as connection:
        connection.execute(statement, (now(), WsicError.exit_code, run_id))


def _end_interrupted(ledger: Ledger, row: dict[str, str], error: BaseException) -> None:
    """Write that the step was interrupted, and raise that it was, whatever the database made of it."""
    with interrupts.held():
        _put(ledger, row, "failed", message="interrupted", exit_code=WsicError.exit_code)
    if (found := interrupts.asked()) and not isinstance(error, GeneratorExit):
        raise found from None


def _refused(ledger: Ledger, row: dict[str, str], error: Exception) -> WsicError | None:
    """Write how the step ended; the error to raise in the place of one that nobody foresaw."""
    if isinstance(error, WsicError):
        _put(ledger, row, "refused", message=str(error), exit_code=error.exit_code)
        raise error
    message = (
        f"{row['step']} {row['subject']}".strip() + f" failed: {type(error).__name__} at {_place(error)}"
    )
    _put(ledger, row, "failed", message=message, exit_code=WsicError.exit_code)
    unforeseen = WsicError(message)
    unforeseen.__cause__ = error if os.environ.get("WSIC_DEBUG") else None
    return unforeseen


def _put(ledger: Ledger, row: dict[str, str], outcome: str, *, message: str = "", exit_code: int = 0) -> None:
    ended = None if outcome == "running" else now()
    ledger.put(
        "step",
        [row | {"ended_at": ended, "outcome": outcome, "message": message, "exit_code": exit_code}],
    )


def _place(error: Exception) -> str:
    """File and line of the innermost frame that is ours."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
            return f"{path.relative_to(_ROOT)}:{frame.lineno}"
    return "an unknown place"
