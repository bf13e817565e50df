"""Typed rows of received files: put in place, and kept where a later check replaces them.

What a file's rows were believed to be stays: the rows of an earlier check lie beside the new ones, under the
file's id and the number of that check in the ledger's ``file_known``.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.landing.desk import Desk, put_in_place


def put_typed(desk: Desk, file_id: str, part: Path | None, target: Path) -> None:
    """Let the rows in ``part`` take the place of the typed rows at ``target``; without it, none stand."""
    if target.exists():
        _keep(desk, file_id, target)
    if part is None:
        target.unlink(missing_ok=True)
    else:
        put_in_place(part, target)


def _keep(desk: Desk, file_id: str, target: Path) -> None:
    rows = desk.ledger.query(
        "select max(known_seq) as version from file_known where file_id = ? and act <> 'sent_again'",
        (file_id,),
    )
    kept = target.with_name(f"{file_id}.{rows[0]['version']}.parquet")
    if rows[0]["version"] is not None and not kept.exists():  # there already: a check that was cut short
        os.link(target, kept)
