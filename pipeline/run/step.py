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

from pipeline.clock import now
from pipeline.errors import WsicError
from pipeline.ledger import Ledger

_ROOT = Path(__file__).parent.parent.parent


@contextmanager
def recorded(ledger: Ledger, *, run_id: str, step: str, subject: str = "") -> Iterator[None]:
    """Write one row of ``step`` around the block: ``running``, then ``done``, ``refused`` or ``failed``.

    A :class:`WsicError` passes on as it is; any other exception becomes one that names its type
    and the line of our code that it came from.
    """
    row = {"run_id": run_id, "step": step, "subject": subject, "started_at": now()}
    _put(ledger, row, "running")
    unforeseen: WsicError | None = None
    try:
        yield
    except WsicError as error:
        _put(ledger, row, "refused", message=str(error), exit_code=error.exit_code)
        raise
    except Exception as error:
        message = f"{step} {subject}".strip() + f" failed: {type(error).__name__} at {_place(error)}"
        _put(ledger, row, "failed", message=message, exit_code=WsicError.exit_code)
        unforeseen = WsicError(message)
        unforeseen.__cause__ = error if os.environ.get("WSIC_DEBUG") else None
    except BaseException:
        _put(ledger, row, "failed", message="interrupted", exit_code=WsicError.exit_code)
        raise
    if unforeseen is not None:
        raise unforeseen  # outside the handler, so that it carries no context
    _put(ledger, row, "done")


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
