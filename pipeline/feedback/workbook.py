"""A pack as a workbook: one sheet a table, for whoever opens it in Excel or LibreOffice.

Everything is written as text or number, never as a formula or a link: a file name that a sender chose may
begin with ``=``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.feedback.gather import Pack

_ROWS_AT_MOST = 1_000_000  # a sheet of Excel holds 1,048,576
_WIDEST = 80
_READ_ME = (
    "What arrived from you for this night, what was not taken in, and why.",
    "file refused: nothing of the file was taken in. row refused: the row was not. warning: it was, and "
    "something in it was lost or is doubtful.",
    "rows_lost: rows that broke the rule and were not taken in. rows_lost_to_this_alone: those that would "
    "be taken in if this rule alone were kept.",
    "row: number of the data row in the file, the first below the header is 1. line: line of the text file, "
    "where it differs or is known.",
    "Mend the rows and send the file again under the same name: what was taken in already is not doubled.",
    "No value of a record is in this workbook.",
)


def write_workbook(pack: Pack, path: Path) -> None:
    """Write ``pack`` to ``path`` as .xlsx. Of more rows than a sheet holds the first ones are written."""
    import xlsxwriter  # here, for no other command needs it

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    # The same pack gives the same bytes, whenever it is written.
    book.set_properties({"title": "Feedback pack", "created": datetime(2000, 1, 1, tzinfo=UTC)})
    heading = book.add_format({"bold": True, "bottom": 1})
    _summary(book, pack, heading)
    tables = {
        "Files": pack.files,
        "Rules": pack.rules,
        "Mended": pack.mended,
        "References": pack.references,
        "Nights": pack.nights,
        "Rows": pack.rows,
    }
    for name, rows in tables.items():
        _table(book.add_worksheet(name), rows[:_ROWS_AT_MOST], heading)
    book.close()


def _summary(book: Any, pack: Pack, heading: Any) -> None:
    sheet = book.add_worksheet("Summary")
    told = [(name, value) for name, value in pack.night.items() if not isinstance(value, list)]
    for number, (name, value) in enumerate(told):
        sheet.write_string(number, 0, name, heading)
        _write(sheet, number, 1, value)
    place = len(told) + 1
    for part in pack.night["feeds"]:
        said = f"{part['feed']}: {part['outcome']}" + (f": {part['message']}" if part["message"] else "")
        sheet.write_string(place, 0, said)
        place += 1
    for number, sentence in enumerate(_READ_ME, start=place + 1):
        sheet.write_string(number, 0, sentence)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 24)


def _table(sheet: Any, rows: Sequence[dict[str, Any]], heading: Any) -> None:
    if not rows:
        sheet.write_string(0, 0, "nothing")
        return
    names = list(rows[0])
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, heading)
        widest = max(len(str(row[name])) for row in rows[:1000])
        sheet.set_column(place, place, min(max(widest, len(name)) + 2, _WIDEST))
    for number, row in enumerate(rows, start=1):
        for place, name in enumerate(names):
            _write(sheet, number, place, row[name])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _write(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, bool) or value is None:
        sheet.write_string(row, column, "" if value is None else str(value).lower())
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))
