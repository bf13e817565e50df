"""Fetch, and be killed before or after a write to the ledger (a program, not a test).

``python -m tests.bulk_client HOME URL before|after N``: the N-th write is the last thing that it comes to.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.fetch.bulk import fetch
from pipeline.fetch.bulk.servers import Server
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from tests.bulk_server import FakeClock


def die_at(when: str, number: int) -> None:
    """Let the ledger's N-th write be this process's last."""
    write, seen = Ledger.transaction, [0]

    @contextmanager
    def counted(self: Ledger) -> Iterator[Any]:
        seen[0] += 1
        is_last = seen[0] == number
        if is_last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        with write(self) as connection:
            yield connection
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

    Ledger.transaction = counted  # type: ignore[method-assign]


def main() -> None:
    home, url, when, number = sys.argv[1:]
    settings = Settings(home=Path(home), threads=1)
    ledger = Ledger(settings.home / "audit" / "ledger.sqlite")
    server = Server(
        name="north", source="acute", sender="FH1", url=url, level="system", authorisation="none", parallel=1
    )
    die_at(when, int(number))
    fetch(settings, ledger, server, read_key=lambda name: b"", clock=FakeClock())


main()
