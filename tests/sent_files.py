"""Files in the senders' own formats, of rows that name only the columns that a test is about."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from connectors import registry

Row = Mapping[str, str]


def lines_of(format_: str, file: str, *rows: Row) -> list[str]:
    """Header and rows of ``file`` of a format, ``<source>.<format>``, as its declaration has it; what a row
    does not name is empty. A part of a split file has the header of the whole."""
    source, name = format_.split(".")
    columns = [column.name for column in registry.format_named(source, name).file(file).columns]
    for row in rows:
        unknown = set(row) - set(columns)
        if unknown:
            raise ValueError(f"{file} has no {sorted(unknown)}")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().splitlines()
