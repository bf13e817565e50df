r"""Which lines of JSON may be of another type than their shape: told by their text and what was read of it.

:mod:`connectors.fhir.json_types` tells it by the structure of a document. That is exact, and to work out a
structure for each line of a large file costs more than all else that is done with it. Here most lines are
told to be sound by one search of their text: wherever a name is followed by what no element of it begins
with (``"period": "`` where a period is an object), the line is in doubt. A name that stands for elements of
several kinds (``type``, ``identifier``) is looked for in what was read instead.

Lines that are not in doubt are of the shape, unless a name is spelt with escapes. Lines in doubt may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from duckdb.sqltypes import DuckDBPyType

from connectors.fhir.json_types import literal, mismatch
from connectors.fhir.shapes import CODING, EXTENSION, LOGICAL, struct
from connectors.types import quoted

_LOOSE = re.compile(r"\b(BOOLEAN|DOUBLE|BIGINT)\b")
_LOGICAL = str(DuckDBPyType(LOGICAL))
# Extensions are asked for by their URL; of codings and of a reference's identifier the JSON is enough.
_TOLD_BY = {EXTENSION: struct(url="VARCHAR"), f"{CODING}[]": "JSON", LOGICAL: "JSON"}
_TEXT = "varchar"
# What follows the name and its colon where the value is of another kind, null apart.
_OTHERWISE = {
    "struct": r"[^{n\s]",
    "list of struct": r"(?:[^\[n\s]|\[\s*[^{\]n\s])",
    "list of varchar": r"[^\[n\s]",
    "boolean": r"[^tfn\s]",
    "bigint": r"(?:[^-0-9n\s]|-?[0-9]*[.eE]|-?[0-9]{18})",
    "double": r"[^-0-9n\s]",
}
# A record has a list of identifiers and each of its references may have one: a second list is one too many.
_IDENTIFIER = "identifier"
_LISTED_IDENTIFIER = r'"identifier"\s*:\s*\['
_NO_ITEM = r"[^{\]n\s]"  # at the beginning of a list of objects
# An object or null, then an item that is neither: no name stands before it.
_LATER_ITEM = r'(?:\}|null)\s*,\s*(?:[-0-9tf\[]|"(?:[^"\\]|\\.)*"\s*[,\]])'


def probe(columns: Mapping[str, str], asked: str) -> dict[str, str]:
    """Those of ``columns`` that the SQL ``asked`` names, as :func:`in_doubt` has them read: scalars as the
    text that came, and of parts that have no name of several kinds only what tells that they came."""
    read = {}
    for name, kind in columns.items():
        if quoted(name) in asked or re.search(rf"\b{re.escape(name)}\b", asked):
            for part, told in _TOLD_BY.items():
                kind = kind.replace(part, told)
            read[name] = _LOOSE.sub("VARCHAR", kind)
    return read


def in_doubt(columns: Mapping[str, str], *, signs: Sequence[str] = ()) -> tuple[str, str]:
    """SQL predicates, never null, that something may be of another type than ``columns`` say: over the text
    ``line``, and over it, ``document`` (the same as JSON, null where it is none) and the columns of
    :func:`probe`. ``signs`` in the text are a doubt of their own."""
    kinds: dict[str, set[str]] = {}
    for name, kind in columns.items():
        for inner, word in _names(name, DuckDBPyType(kind)):
            kinds.setdefault(inner, set()).add(word)
    several = frozenset(name for name, words in kinds.items() if len(words) > 1)
    read = [
        _read_otherwise(quoted(name), f"$.{name}", DuckDBPyType(kind), several)
        for name, kind in columns.items()
    ]
    if _IDENTIFIER in several:
        read.append(f"(identifier is null and regexp_matches(line, {literal(_LISTED_IDENTIFIER)}))")
    told = f"regexp_matches(line, {literal('|'.join([*map(re.escape, signs), *_patterns(kinds)]))}, 's')"
    return told, "(" + (" or ".join(part for part in read if part) or "false") + ")"


def _patterns(kinds: Mapping[str, set[str]]) -> Iterator[str]:
    yield _LATER_ITEM
    for word, follows in _OTHERWISE.items():
        yield from _named((name for name, words in kinds.items() if words == {word}), follows)
    lists = (name for name, words in kinds.items() if len(words) > 1 and "list of struct" in words)
    yield from _named(lists, rf"\[\s*{_NO_ITEM}")
    if len(kinds.get(_IDENTIFIER, ())) > 1:
        yield rf'"{_IDENTIFIER}"\s*:\s*[^\[{{n\s]'
        yield rf"{_LISTED_IDENTIFIER}.*{_LISTED_IDENTIFIER}"


def _named(names: Iterable[str], follows: str) -> Iterator[str]:
    listed = "|".join(sorted(re.escape(name) for name in names))
    if listed:
        yield rf'"(?:{listed})"\s*:\s*{follows}'


def _names(name: str, kind: DuckDBPyType) -> Iterator[tuple[str, str]]:
    """Every name at or below an element, with the kind of what it stands for."""
    item = _item(kind)
    yield name, kind.id if item is None else f"list of {item.id}"
    for inner, child in _members(item or kind):
        yield from _names(inner, child)


def _read_otherwise(value: str, path: str, kind: DuckDBPyType, several: frozenset[str]) -> str:
    """Whether ``value``, or something within it, whose name is one of ``several`` was read as nothing and is
    of another type in the text; empty where that cannot be."""
    name = path.rsplit(".", 1)[-1]
    own = _own(value, path, kind) if name in several else ""
    item = _item(kind)
    if item is None:
        return _either(own, *_within(value, path, kind, several))
    one = f"i{path.count('[*]')}"
    inner = _either(*_within(one, f"{path}[*]", item, several))
    return _either(
        own, f"coalesce(len(list_filter({value}, lambda {one}: {inner})) > 0, false)" if inner else ""
    )


def _within(value: str, path: str, kind: DuckDBPyType, several: frozenset[str]) -> Iterator[str]:
    for name, child in _members(kind):
        yield _read_otherwise(f"{value}.{quoted(name)}", f"{path}.{name}", child, several)


def _own(value: str, path: str, kind: DuckDBPyType) -> str:
    if kind.id == _TEXT or str(kind) == _LOGICAL:
        return ""
    if kind.id not in ("struct", "list"):
        return f"coalesce({value} is not null and try_cast({value} as {kind}) is null, false)"
    key = literal('"' + path.rsplit(".", 1)[-1] + '"')
    unread = f"{_nothing(value, kind)} and contains(line, {key})"
    return f"case when {unread} then {mismatch('document', path, kind)} else false end"


def _nothing(value: str, kind: DuckDBPyType) -> str:
    """Whether nothing was read: an object of another type is read as one whose members are all null."""
    if kind.id != "struct" or str(kind) == _LOGICAL:
        return f"{value} is null"
    return (
        "(" + " and ".join(_nothing(f"{value}.{quoted(name)}", child) for name, child in _members(kind)) + ")"
    )


def _item(kind: DuckDBPyType) -> DuckDBPyType | None:
    if kind.id != "list":
        return None
    return next(child for _, child in kind.children if isinstance(child, DuckDBPyType))


def _members(kind: DuckDBPyType) -> Iterator[tuple[str, DuckDBPyType]]:
    if kind.id == "struct":
        yield from ((name, child) for name, child in kind.children if isinstance(child, DuckDBPyType))


def _either(*predicates: str) -> str:
    given = [predicate for predicate in predicates if predicate]
    return "(" + " or ".join(given) + ")" if given else ""
