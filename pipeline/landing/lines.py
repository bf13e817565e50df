"""The lines of a text file as rows, numbered as the reader of NDJSON numbers them."""

from __future__ import annotations

from pathlib import Path

from pipeline.duck import literal

_LONGEST_LINE = 64 * 1024 * 1024


def lines_of(path: Path) -> str:
    """SELECT of ``_row, line`` of the lines of ``path`` that are not blank, 1 = the first."""
    return f"""
        select row_number() over () as _row, line
        from read_csv({literal(path)}, columns = {{'line': 'VARCHAR'}}, header = false,
            auto_detect = false, delim = chr(31), quote = '', escape = '', strict_mode = false,
            max_line_size = {_LONGEST_LINE}, buffer_size = {2 * _LONGEST_LINE})
        where trim(line, ' \t\r') <> ''"""
