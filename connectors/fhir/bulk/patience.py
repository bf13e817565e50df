"""How long and how often the client tries: waits that the server asks for, and tries after a failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.fhir.bulk.clock import Clock
from connectors.fhir.bulk.faults import UnreachableError

ASKED_TO_WAIT = (429, 503)
FAILED_FOR_NOW = (500, 502, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """``attempts`` failures give a request up; waits in seconds double from ``first`` to ``longest``.

    ``give_up_after``: seconds that one step waits where the server says "not yet".
    """

    attempts: int = 6
    first: float = 2.0
    longest: float = 300.0
    give_up_after: float = 6 * 3600.0


@dataclass(slots=True)
class Tries:
    """The tries of one request or of one poll, on one clock."""

    patience: Patience
    clock: Clock
    what: str
    failures: int = 0
    waits: int = 0
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    def failed(self, why: str) -> None:
        """Wait and let the caller try again; raises :class:`UnreachableError` after the last attempt."""
        self.failures += 1
        if self.failures >= self.patience.attempts:
            raise UnreachableError(f"{self.what}: {why}, {self.failures} times; it goes on at the next fetch")
        self.clock.sleep(self._doubled(self.failures))

    def wait(self, headers: Mapping[str, str]) -> None:
        """Wait as long as the server asks for, or else longer each time.

        Raises :class:`UnreachableError` where that would be longer than the patience of this step.
        """
        self.waits += 1
        asked = retry_after(headers, self.clock.now())
        seconds = self._doubled(self.waits) if asked is None else asked
        until = self.clock.now() + timedelta(seconds=seconds)
        if until - self.began > timedelta(seconds=self.patience.give_up_after):
            raise UnreachableError(
                f"{self.what}: not ready within {self.patience.give_up_after / 60:.0f} minutes; "
                "it goes on at the next fetch"
            )
        self.clock.sleep(seconds)

    def _doubled(self, times: int) -> float:
        return min(self.patience.first * 2.0 ** min(times - 1, 32), self.patience.longest)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of a ``Retry-After`` header (RFC 9110: seconds, or a date); none where it says nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
