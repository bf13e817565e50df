"""How far a dbt that runs has come, from the log that it writes beside its target."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from pipeline import progress

TOLD = ("--log-level-file", "info")  # a line a model and test; without a listener dbt writes warnings only
_ENDED = re.compile(rb"(\d+) of (\d+) (?!START\b)[A-Z]")


def follow(log: Path) -> Callable[[], None] | None:
    """A function that reads what was written since and tells of it; none where nobody listens.

    Of a line only dbt's two numbers are read, never its words.
    """
    if not progress.is_heard():
        return None
    state = {"read": _size(log), "done": 0}

    def look() -> None:
        if _size(log) < state["read"]:  # dbt begins another file where one has grown large
            state["read"] = 0
        if _size(log) == state["read"]:
            return
        with log.open("rb") as file:
            file.seek(state["read"])
            text = file.read()
        whole = text.rfind(b"\n") + 1
        state["read"] += whole
        found = _ENDED.findall(text[:whole])
        if found:
            state["done"] += len(found)
            of = int(found[-1][1])
            progress.parts(min(state["done"], of), of, "models and tests")

    return look


def _size(log: Path) -> int:
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0
