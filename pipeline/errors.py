"""Errors, grouped by what the operator does next; one exit code a kind, never reused.

A message says what was wrong, where (source, file, row, column, rule) and what would be valid.
It never carries a value from a record.
"""

from __future__ import annotations

from collections.abc import Iterable


class WsicError(Exception):
    """Base of every error that an operator is meant to read."""

    exit_code = 1


class UsageError(WsicError):
    """The command was called wrongly: call it again, corrected."""

    exit_code = 2


class InputRefusedError(WsicError):
    """An input was refused and the run could not go on without it: the sender mends it."""

    exit_code = 3


class NoAnswerError(InputRefusedError):
    """Another organisation's machine did not answer: the same may go well later, with nothing mended."""


class ChecksRefusedError(WsicError):
    """Checks refused to publish; the last good version is still served."""

    exit_code = 4


class SetupError(WsicError):
    """Set-up or keys are wrong: mend the deployment."""

    exit_code = 5


class RunLockedError(WsicError):
    """Another run holds the lock: wait for it, or end it."""

    exit_code = 6


def one_of(what: str, given: object, valid: Iterable[object]) -> str:
    """Message for a setting or argument outside its known values (never for record values)."""
    listed = ", ".join(sorted(str(value) for value in valid))
    return f"{what} {given!r} is not known; valid: {listed}"
