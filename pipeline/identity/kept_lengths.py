"""How long the texts of a column can be, as the database that holds it has counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from pipeline.duck import identifier

_LENGTH = re.compile(r".*Max String Length: ([0-9]+)\].*", re.DOTALL)


def kept_lengths(connection: DuckDBPyConnection, relation: str, names: Sequence[str]) -> dict[str, int]:
    """Column -> bytes that none of its texts is longer than, for the ``names`` (VARCHAR) where that is known.

    A DuckDB table keeps the length of the longest text with every column, and it only ever grows: what was
    deleted still counts. It is not known of Parquet and of what a view works out. No row is read, and no
    value: what else the database says of the column stays here.
    """
    if not names:
        return {}
    asked = ", ".join(f"stats({identifier(name)})" for name in names)
    rows = connection.execute(f"select {asked} from {relation} limit 1").fetchall()
    if not rows:  # it is empty
        return dict.fromkeys(names, 0)
    told = {name: _LENGTH.fullmatch(said) for name, said in zip(names, rows[0], strict=True)}
    return {name: int(length[1]) for name, length in told.items() if length}
