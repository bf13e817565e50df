"""Each night's lists of the practices, kept in the ledger: what the next night's are compared with.

What is kept of a practice is its code and the count that ``quality.practice_reconciliation`` of the product
shows, and nothing of a code that is not formed as that of a practice in England or Wales (a letter and five
digits): the ledger must hold no value of a record, and a text in the wrong place may be one.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipeline.ledger import Ledger

_CODE = "[A-Z][0-9]{5}"


def keep(ledger: Ledger, database: Path, *, run_id: str, product: str) -> None:
    """Write the lists of the product's warehouse into the ledger, in place of any that the run had there."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select practice_code, registered_people from quality.practice_reconciliation "
            "where regexp_full_match(practice_code, ?) order by practice_code",
            [_CODE],
        ).fetchall()
    with ledger.transaction() as transaction:
        transaction.execute("delete from practice_list where run_id = ? and product = ?", [run_id, product])
        transaction.executemany(
            "insert into practice_list (run_id, product, practice_code, registered_people) "
            "values (?, ?, ?, ?)",
            [(run_id, product, code, people) for code, people in found],
        )
