"""Ending when asked to (Ctrl-C, SIGTERM, a terminal that is gone): at once, and with nothing left half done.

A signal becomes :class:`Interrupted`, wherever the main thread is. DuckDB hears of it beside that, as a query
may hold the thread for minutes; of its own it would say ``Query interrupted``, an error as any other, after
which a night went on with the next product. So what was asked is remembered, and every step looks: see
:func:`pipeline.run.step.recorded`. Nothing here is in force until :func:`listen` was called.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Protocol, TypeVar
from weakref import WeakSet

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 10.0  # seconds in which asking again changes nothing: what was begun is being put in order
_AGAIN = 0.2  # seconds after which queries are ended again


class Interrupted(BaseException):
    """Somebody asked for the end. ``left``: in words, what state is left and how to go on.

    No Exception, so that nothing that goes on after errors goes on after this.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.exit_code = 128 + signum
        self.left = ""


class Stoppable(Protocol):
    """A connection whose query another thread may end; DuckDB's, which this module need not load."""

    def interrupt(self) -> None:
        """End the query that runs, if one does."""


_Connection = TypeVar("_Connection", bound=Stoppable)


class _State:
    """What was asked of this process, and what must not be disturbed now."""

    listens = False
    signum = 0
    since = 0.0
    holding = 0


_state = _State()
_connections: WeakSet[Stoppable] = WeakSet()


@contextmanager
def listen() -> Iterator[None]:
    """Turn signals into :class:`Interrupted` while the block runs; one that the caller ignores stays ignored.

    In the main thread only, as Python has it. Afterwards everything is as before, and nothing is asked.
    """
    before = {one: signal.getsignal(one) for one in SIGNALS}
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    told = signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    _state.listens = True
    watcher = threading.Thread(target=_watch, args=(reads,), daemon=True, name="interrupts")
    watcher.start()
    for one, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(one, _heard)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(told)
        _state.listens = False
        os.close(writes)  # the thread reads the end and goes
        watcher.join(_PATIENCE)
        _state.signum, _state.since = 0, 0.0


def asked() -> Interrupted | None:
    """What was asked of this process, if anything was."""
    return Interrupted(_state.signum) if _state.signum else None


def check() -> None:
    """Raise :class:`Interrupted` where somebody asked for the end."""
    if found := asked():
        raise found


@contextmanager
def held() -> Iterator[None]:
    """Let the block come to its end whatever is asked; the next :func:`check` raises.

    For what takes a moment and is better whole: taking the lock, swapping a version in, closing a run.
    """
    _state.holding += 1
    try:
        yield
    finally:
        _state.holding -= 1


def stoppable(connection: _Connection) -> _Connection:
    """The connection, whose query is ended when somebody asks for the end."""
    _connections.add(connection)
    return connection


def _heard(signum: int, frame: FrameType | None) -> None:
    again = _state.signum != 0
    if not again:
        _state.signum, _state.since = signum, time.monotonic()
    if _state.holding or (again and time.monotonic() - _state.since < _PATIENCE):
        return
    raise Interrupted(_state.signum)


def _watch(reads: int) -> None:
    """Python writes a signal's number here before it runs the handler, which waits for the query's end.

    Once is not enough: a query that was about to begin has not heard it, and the handler waits for that
    one too.
    """
    with os.fdopen(reads, "rb", buffering=0) as pipe:
        while numbers := pipe.read(1):
            if numbers[0] in SIGNALS:
                _end_queries()
                while _state.listens and not _state.signum:
                    time.sleep(_AGAIN)
                    _end_queries()


def _end_queries() -> None:
    for connection in () if _state.holding else list(_connections):
        with suppress(Exception):  # it may just be closing
            connection.interrupt()
