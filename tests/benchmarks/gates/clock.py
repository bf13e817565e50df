"""A clock around functions of the product, wherever they are called from: wall and processor seconds."""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any
from unittest.mock import patch


@dataclass(slots=True)
class Taken:
    """Seconds: ``cpu`` counts every thread, and the processes that were started."""

    wall: float = 0.0
    cpu: float = 0.0
    calls: int = 0

    def add(self, other: Taken) -> None:
        """Count another one to it."""
        self.wall, self.cpu, self.calls = (
            self.wall + other.wall,
            self.cpu + other.cpu,
            self.calls + other.calls,
        )


class Stopwatch:
    """What has been taken since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu()

    def taken(self) -> Taken:
        """Until now, as one call."""
        return Taken(time.perf_counter() - self._wall, _cpu() - self._cpu, 1)


class Clock:
    """What functions took by ``module:function``; of calls inside one another only the outer counts."""

    def __init__(self) -> None:
        self.taken: dict[str, Taken] = defaultdict(Taken)
        self._is_inside = False

    @contextmanager
    def around(self, functions: Iterable[str]) -> Iterator[None]:
        """Time every call of these functions (``module:function``, below ``pipeline``) in the block."""
        with ExitStack() as stack:
            for word in sorted(set(functions)):
                module, _, name = word.partition(":")
                real = getattr(import_module(f"pipeline.{module}"), name)
                timed = self._timed(real, word)
                for holder, attribute in _holders(real):
                    stack.enter_context(patch.object(holder, attribute, timed))
            yield

    def _timed(self, real: Callable[..., Any], word: str) -> Callable[..., Any]:
        @wraps(real)
        def call(*given: Any, **named: Any) -> Any:
            if self._is_inside:
                return real(*given, **named)
            self._is_inside, watch = True, Stopwatch()
            try:
                return real(*given, **named)
            finally:
                self.taken[word].add(watch.taken())
                self._is_inside = False

        return call


def _holders(real: object) -> Iterator[tuple[Any, str]]:
    """Every module of ours that has the function under some name: whoever imported it calls its own name."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("pipeline", "expectations"):
            for attribute, value in list(vars(module).items()):
                if value is real:
                    yield module, attribute


def _cpu() -> float:
    return sum(os.times()[:4])
