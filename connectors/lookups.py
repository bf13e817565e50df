"""Lists beside a source that its mappings may read: ``connectors/<source>/<name>.csv`` as ``lookup_<name>``.

A list is data that a reviewer can read and mend without touching SQL. It is put before the mapping as a
common table expression, so that a mapping stays one SELECT that runs anywhere.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

from connectors.types import quoted

_NAMED = re.compile(r"\blookup_([a-z][a-z0-9_]*)\b")


def with_lookups(source: str, sql: str) -> str:
    """``sql`` with every list that it names put before it; raises :class:`ValueError` for an unknown one."""
    names = sorted(set(_NAMED.findall(sql)))
    if not names:
        return sql
    lists = ",\n".join(_list_sql(source, name) for name in names)
    return f"with {lists}\nselect * from (\n{sql.rstrip().rstrip(';')}\n)"


@cache
def listed(source: str, column: str) -> tuple[str, ...]:
    """The words that ``column`` may hold by ``connectors/<source>/words.csv`` (columns column_name, word).

    Declarations, mappings (``lookup_words``) and the register's domains read the one list. Raises
    :class:`ValueError` where it has none for the column.
    """
    text = resources.files(f"connectors.{source}").joinpath("words.csv").read_text(encoding="utf-8")
    words = tuple(word for name, word in list(csv.reader(text.splitlines()))[1:] if name == column)
    if not words:
        raise ValueError(f"connectors/{source}/words.csv has no words for {column}")
    return words


@cache
def _list_sql(source: str, name: str) -> str:
    file = resources.files(f"connectors.{source}").joinpath(f"{name}.csv")
    if not file.is_file():
        raise ValueError(f"{source}: a mapping reads lookup_{name}, and there is no {name}.csv")
    header, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    values = ",\n    ".join("(" + ", ".join(_literal(value) for value in row) + ")" for row in rows)
    return f"lookup_{name}({', '.join(quoted(column) for column in header)}) as (values\n    {values})"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'" if value else "null"
