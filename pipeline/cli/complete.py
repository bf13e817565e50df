"""What the shell offers for an argument of which the possible words are known.

Of the deployment only the ledger is read, which holds counts and names of files, feeds and runs: nothing
that tells of a person, so nothing of that can be offered. What cannot be found out offers nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from connectors.declare import SOURCE_WORDS
from pipeline.errors import WsicError
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, load_settings

Complete = Callable[[str], list[str]]
"""From the beginning of a word to the words that begin so."""

_MOST = 50  # the newest runs, jobs or files


def words(*known: str) -> Complete:
    """Words that are known beforehand."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return complete


def of_ledger(statement: str, *known: str) -> Complete:
    """The ``known`` words, then those in the first column of a query of the ledger, each once."""

    def complete(incomplete: str) -> list[str]:
        found = dict.fromkeys((*known, *_ask(statement)))
        return [word for word in found if word.startswith(incomplete)]

    return complete


def _ask(statement: str) -> list[str]:
    from pipeline.ledger.looked_at import LedgerLookedAt
    from pipeline.zones import Zones

    try:
        ledger = LedgerLookedAt(Zones(load_settings().home).audit / "ledger.sqlite")
        return [str(next(iter(row.values()))) for row in ledger.query(statement)]
    except (OSError, WsicError, sqlite3.Error):
        return []


products = words(*PRODUCTS)
all_products = words(*PRODUCTS, OPEN_PRODUCT)
sources = words(*SOURCE_WORDS)
verdicts = words("same", "different", "withdrawn")
_RUNS = f"select run_id from run order by started_at desc, run_id desc limit {_MOST}"
runs = of_ledger(_RUNS)
runs_or_last = of_ledger(_RUNS, "last")
linked_runs = of_ledger(f"select distinct run_id from link order by run_id desc limit {_MOST}")
senders = of_ledger("select distinct sender from feed where sender <> '' order by sender")
files = of_ledger(
    "select distinct file_id from file_rule join file using (file_id) "
    f"order by file.run_id desc, file_id limit {_MOST}"
)
rules = of_ledger("select distinct rule_id from file_rule order by rule_id")
feeds = of_ledger("select server from bulk_job union select feed from fetched_file where feed <> ''")
jobs = of_ledger(f"select job_id from bulk_job order by job_id desc limit {_MOST}")
