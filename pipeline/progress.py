"""What long work tells of itself as it goes on: to whoever listens, and to nobody of its own accord.

Words, and counts of parts: never a record's value. The command line listens on a terminal; a scheduler does
not. Who works does not know: it says where it is and goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

from pipeline import interrupts

_Item = TypeVar("_Item")


class Listener(Protocol):
    """Hears how far the work is; what it costs, the work waits for."""

    def step(self, words: str, number: int, of: int) -> None:
        """A step begins, the ``number``-th ``of`` so many; 0 where nobody knows how many there are."""

    def parts(self, done: int, of: int, what: str) -> None:
        """So many parts of the step are done, ``of`` how many; ``what`` they are, in the plural."""


_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Tell ``listener`` what this thread does in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def is_heard() -> bool:
    """Whether anybody listens: for what is worth finding out for a listener alone."""
    return _listener.get() is not None


def step(words: str, *, number: int = 0, of: int = 0) -> None:
    """Say that a step begins."""
    if (listener := _listener.get()) is not None:
        listener.step(words, number, of)


def parts(done: int, of: int, what: str) -> None:
    """Say how many parts of the step are done."""
    if (listener := _listener.get()) is not None:
        listener.parts(done, of, what)


def counted(items: Sequence[_Item], what: str) -> Iterator[_Item]:
    """The items one by one, each told of as a part once it is done.

    Between two of them the end that somebody asked for is heard: raises :class:`Interrupted`.
    """
    for done, item in enumerate(items):
        interrupts.check()
        parts(done, len(items), what)
        yield item
    parts(len(items), len(items), what)
