"""The operator's files of what is fetched: TOML tables of one kind, each an entry with a name.

Nobody else may be able to write such a file: it says where this machine goes, and what it takes for whose.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import SetupError, one_of

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
KEY_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")  # of keys/
_KINDS = {
    "str": "text",
    "int": "a whole number, not negative",
    "tuple[str, ...]": "a list of texts",
    "Mapping[str, Any]": "a table",
}

Entry = TypeVar("Entry")


def load_entries(path: Path, table: str, kind: type[Entry]) -> Iterator[tuple[str, Entry]]:
    """Every ``[[table]]`` of the file as a ``kind`` (a dataclass whose fields are the entry's), with the
    words that messages name it by; none where there is no file.

    Raises :class:`SetupError` naming the entry and the field, and what would be valid.
    """
    if not path.is_file():
        return
    if path.stat().st_mode & 0o022:
        raise SetupError(f"{path.name} can be written by others than its owner; valid: 0600 or 0644")
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path.name} is not TOML ({type(error).__name__})") from None
    listed = raw.get(table)
    if set(raw) != {table} or not isinstance(listed, list):
        raise SetupError(f"{path.name} holds other things than [[{table}]]; valid: entries of that name only")
    for place, entry in enumerate(listed, start=1):
        where = f"{path.name}, {table} {place}"
        if not isinstance(entry, dict):
            raise SetupError(f"{where} is no table; valid: [[{table}]]")
        yield where, kind(**_values(where, entry, kind))


def require_forms(where: str, forms: Mapping[str, object]) -> None:
    """Raise :class:`SetupError` for the first of ``"<field>: <what is valid>"`` that does not hold."""
    for valid, holds in forms.items():
        if not holds:
            name, _, form = valid.partition(": ")
            raise SetupError(f"{where}: {name} is not in form; valid: {form}")


def _values(where: str, entry: Mapping[str, Any], kind: type) -> dict[str, Any]:
    known = {field.name: field for field in fields(kind)}
    for name in entry:
        if name not in known:
            raise SetupError(f"{where}: " + one_of("field", name, known))
    needed = [
        name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING
    ]
    if missing := [name for name in needed if name not in entry]:
        raise SetupError(f"{where}: {', '.join(missing)} must be said")
    return {name: _value(where, name, value, str(known[name].type)) for name, value in entry.items()}


def _value(where: str, name: str, value: object, kind: str) -> Any:
    """A value of the field's own type: text, a list of texts, a whole number, or a table."""
    if kind == "str" and isinstance(value, str):
        return value
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if kind == "tuple[str, ...]" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if kind == "Mapping[str, Any]" and isinstance(value, dict):
        return value
    raise SetupError(f"{where}: {name} must be {_KINDS[kind]}")
