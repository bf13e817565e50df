"""The ledger for whoever only looks: nothing is made, brought up to date or tightened."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pipeline.ledger import Ledger, form


class LedgerLookedAt(Ledger):
    """The ledger at ``path``, opened to read; an empty one where no run has made it yet.

    While a run is alive SQLite notes in ``ledger.sqlite-shm``, which holds no data, that somebody reads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept = threading.local()

    def _connect(self) -> sqlite3.Connection:
        if self.path.exists():
            # Without a log beside it all that was committed is in the file: SQLite need make none to read it.
            log = self.path.with_name(f"{self.path.name}-wal")
            how = "mode=ro" if log.exists() else "immutable=1"
            connection = sqlite3.connect(f"file:{quote(str(self.path))}?{how}", uri=True)
            connection.row_factory = sqlite3.Row
            if form.is_current(connection):
                return connection
            with closing(connection):
                return _up_to_date(connection)
        return _up_to_date(None)


def _up_to_date(before: sqlite3.Connection | None) -> sqlite3.Connection:
    """A copy in memory, brought up to date as a run would; an empty one where there is none yet.

    Raises :class:`SetupError` where a run would.
    """
    connection = sqlite3.connect(":memory:", isolation_level="IMMEDIATE")
    connection.row_factory = sqlite3.Row
    if before is not None:
        before.backup(connection)
    form.bring_up_to_date(connection)
    return connection
