"""The gate at the end: nobody who may not be in a product is in what is about to be published.

It does not trust the step that left them out. Whose key may appear is worked out a second time, by code
of its own (:mod:`afresh`), and only whom both let in may be there. Every column of person keys is
compared with that list, so that a key that belongs to nobody is refused like an objector's; every other
column is looked through for the keys of whoever may not be in, and for those that people have in another
product. Rows that stay out although their person may be in (a confidential entry, a restricted code, a
test record) are looked for by the keys that their resources would have. Counts go to the ledger; the
keys of those who are kept out are never written anywhere.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.duck import values_hidden
from pipeline.errors import ChecksRefusedError
from pipeline.gate_words import OBJECTIONS, objection_rules
from pipeline.identity.objections.looked import Looked, look, tables_of
from pipeline.identity.objections.may_appear import keys_that_may_appear
from pipeline.keys import KeyRing, load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def objections_gate(
    settings: Settings, ledger: Ledger, *, run_id: str, product: str, stage: str, place: Path,
    as_of: date, keys: KeyRing | None = None,
) -> Looked:  # fmt: skip
    """Look through ``place`` for whoever may not be in ``product``: a folder of Parquet files, or a database.

    ``as_of`` is the night's day, on which objections are judged; ``keys`` the ring that the pseudonyms there
    were made with, by default the deployment's.

    Writes ``rule_result`` rows of the suite ``objections``: ``<stage>_people`` and ``<stage>_rows``. Raises
    :class:`ChecksRefusedError` with counts where anybody or anything is there, where no table has a person
    key, and where ``run_id`` did not decide who may be in.
    """
    keys = keys or load_keys(settings)
    with (
        values_hidden("objections gate"),
        keys_that_may_appear(settings, keys, product=product, run_id=run_id, as_of=as_of) as connection,
        tables_of(connection, place) as tables,
    ):
        looked = look(connection, tables)
    _record(ledger, run_id, product, stage, looked)
    if looked.people or looked.rows or not looked.keys:
        raise ChecksRefusedError(
            f"{product}: the objections gate found {looked.people} people and {looked.rows} rows that may "
            f"not be in it ({stage}: {looked.tables} tables, {looked.keys} keys of people); "
            "valid: none, among at least one key"
        )
    return looked


def _record(ledger: Ledger, run_id: str, product: str, stage: str, looked: Looked) -> None:
    of_people, of_rows = objection_rules(stage)
    rules = (
        (of_people, looked.keys, looked.people, looked.keys > 0 and looked.people == 0),
        (of_rows, looked.tables, looked.rows, looked.rows == 0),
    )
    ledger.put(
        "rule_result",
        [
            {
                "run_id": run_id, "product": product, "suite": OBJECTIONS, "rule_id": rule,
                "severity": "critical", "rows_checked": checked, "rows_failed": failed,
                "is_passed": int(is_passed),
            }
            for rule, checked, failed, is_passed in rules
        ],
    )  # fmt: skip
