"""Whether a declaration agrees with itself and with the mappings that read it.

Run when :mod:`connectors.registry` is imported. Raises :class:`ValueError` with the source, file and
column that is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from connectors.declare import SOURCE_WORDS, Format, Mode, NativeFile, Severity, Source
from connectors.fhir.shapes import SHAPES
from connectors.types import DATE_STYLES

_NAME_AFTER = re.compile(r'\b(?:from|join)\s+"?([A-Za-z_][A-Za-z0-9_]*)"?', re.IGNORECASE)


def check_source(source: Source) -> None:
    """A source has one of the source words, and formats of different names."""
    if source.word not in SOURCE_WORDS:
        raise ValueError(f"source word {source.word!r} is none of {', '.join(SOURCE_WORDS)}")
    _unique((format_.name for format_ in source.formats), f"{source.word}: format")


def check_format(word: str, format_: Format, mappings: Mapping[str, Iterable[tuple[str, str]]]) -> None:
    """Files, columns, keys and mappings of one format agree."""
    where = f"{word}/{format_.name}"
    if format_.dates not in DATE_STYLES:
        raise ValueError(f"{where}: dates is none of {', '.join(DATE_STYLES)}")
    _unique((file.name.lower() for file in format_.files), f"{where}: file")
    _declared(format_, where)
    for file in format_.files:
        _check_file(f"{where}/{file.name}", file)
    _check_mappings(where, format_, mappings)


def _declared(format_: Format, where: str) -> None:
    names = {file.name for file in format_.files}
    period_file = (format_.period[0],) if format_.period else ()
    listing_file = (format_.listing.file,) if format_.listing else ()
    for name in (*format_.recognised_by, *format_.required_files, *period_file, *listing_file):
        if name not in names:
            raise ValueError(f"{where}: {name} is named but not declared")
    if format_.period:
        file, columns = format_.period
        unknown = set(columns) - {column.name for column in format_.file(file).columns}
        if unknown:
            raise ValueError(f"{where}/{file}: period columns not declared: {sorted(unknown)}")
    if format_.listing and format_.mode is not Mode.DELTA:
        raise ValueError(f"{where}: a listing says which files of a delta are none; the mode is another")


def _check_file(where: str, file: NativeFile) -> None:
    _unique((column.name.lower() for column in file.columns), f"{where}: column")
    names = {column.name for column in file.columns}
    if not file.key_columns:
        raise ValueError(f"{where}: no key column")
    if not file.supporting and file.record_id is None:
        raise ValueError(f"{where}: record_id is missing; a file about no person is supporting")
    for column in file.columns:
        if not column.meaning.strip():
            raise ValueError(f"{where}: {column.name} has no meaning")
        if column.key and column.optional:
            raise ValueError(f"{where}: {column.name} is part of the key and cannot be optional")
    for check in file.checks:
        if check.column not in names or check.severity is Severity.FILE:
            raise ValueError(f"{where}: check {check.rule_id}: unknown column, or severity file")


def _check_mappings(where: str, format_: Format, mappings: Mapping[str, Iterable[tuple[str, str]]]) -> None:
    read: set[str] = set()
    for resource_type, parts in mappings.items():
        if resource_type not in SHAPES:
            raise ValueError(f"{where}/{resource_type}.sql: resource type is none of {sorted(SHAPES)}")
        for _, sql in parts:
            read |= {name.lower() for name in _NAME_AFTER.findall(sql)}
    unread = [f.name for f in format_.files if not f.supporting and f.stem.lower() not in read]
    if unread:
        raise ValueError(f"{where}: no mapping reads {', '.join(unread)}")


def _unique(names: Iterable[str], what: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"{what} declared twice: {', '.join(twice)}")
