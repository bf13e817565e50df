"""Trying again, for transports whose libraries do not do it as needed: with waits, on the clock that is
handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from connectors.fhir.bulk import Clock, Patience
from connectors.fhir.bulk.patience import Tries

ATTEMPTS_OF_DAMAGED = 3
_PATIENCE = Patience(attempts=4, first=2.0, longest=60.0, give_up_after=900.0)
Result = TypeVar("Result")


def tried(clock: Clock, what: str, do: Callable[[], Result], *, again: type[Exception]) -> Result:
    """What ``do`` gives, tried four times where it raises ``again``, or as long as ``Retry-After`` asks for.

    Raises :class:`connectors.fhir.bulk.UnreachableError` after the last; other errors pass on.
    """
    tries = Tries(_PATIENCE, clock, what)
    while True:
        try:
            return do()
        except again as error:
            headers = getattr(error, "headers", {})
            if "retry-after" in headers:
                tries.wait(headers)
            else:
                tries.failed(str(error))
