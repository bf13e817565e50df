"""What every transport has in common: a place that feeds are fetched from, and what came of fetching.

A FHIR server, a mailbox and a store are places. The night, and ``wsic fetch run``, know no more of them
than this.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from connectors.fhir.bulk import Clock, SystemClock
from pipeline.errors import RunLockedError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

COMPLETE, INCOMPLETE = "complete", "incomplete"
ReadKey = Callable[[str], bytes]
"""Gives what a file of ``keys/`` holds, by its name; refuses one that others may read."""


@dataclass(frozen=True, slots=True, order=True)
class Sent:
    """A feed of the operator's files: the name of its entry, and whose it is."""

    name: str
    source: str
    sender: str

    def __str__(self) -> str:
        return f"{self.source}/{self.sender}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a place fetches with. ``clock`` waits, too, so that a test waits for nothing."""

    settings: Settings
    ledger: Ledger
    read_key: ReadKey
    clock: Clock = field(default_factory=SystemClock)
    progress: Callable[[str], None] = lambda words: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came from one feed, or of what no feed takes of a mailbox (``name`` is then the place's).

    ``files`` and ``size`` (bytes) were taken now; ``left`` stay where they are, and ``lacks`` says why and
    what would be valid. ``reports``: messages of ours that MESH could not deliver.
    """

    name: str
    feed: str
    transport: str
    files: int = 0
    size: int = 0
    left: int = 0
    reports: int = 0
    lacks: str = ""
    job_id: str = ""

    @property
    def state(self) -> str:
        """complete, or incomplete: something did not come, or not right."""
        return INCOMPLETE if self.lacks else COMPLETE


class Place(Protocol):
    """Where one or more feeds are fetched from."""

    @property
    def name(self) -> str:
        """Names it in messages and in the ledger."""

    @property
    def transport(self) -> str:
        """bulk, mesh or store."""

    @property
    def feeds(self) -> tuple[Sent, ...]:
        """What it holds."""

    def fetch(self, tools: Tools, wanted: Collection[str]) -> list[Fetched]:
        """Fetch what is new of the feeds named ``wanted``.

        Raises a :class:`WsicError` kind only where nothing of the place can be had; what concerns single
        files stands in what is returned.
        """

    def require_ready(self, settings: Settings, read_key: ReadKey) -> None:
        """Raise :class:`SetupError` where what it is spoken to with is missing or unsafe; asks nobody."""

    def check(self, tools: Tools) -> None:
        """Whether the place lets us in; asks for no file. Raises as :meth:`fetch` does."""


@contextmanager
def held(zones: Zones, name: str) -> Iterator[None]:
    """One process at a time: two would take the same twice, and move each other's files."""
    zones.fetching.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(zones.fetching / f".{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunLockedError(f"another process fetches from {name}; wait until it has ended") from None
        yield
    finally:
        os.close(descriptor)
