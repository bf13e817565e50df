"""From a sender's text to a typed value: the SQL of every kind, and what counts as malformed.

Everything is ``try_cast`` or ``try_strptime`` behind a strict pattern: DuckDB's own casts are
lenient (``2026/1/2`` is a date, ``1.5`` an integer) and their errors print the value.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.declare import Kind

DATE_STYLES = ("iso", "tpp")  # 2026-01-02 · 02 Jan 2026 00:00:00

SQL_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "VARCHAR",
    Kind.CODE: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP",
    Kind.TIME: "TIME",
    Kind.INTEGER: "BIGINT",
    Kind.DECIMAL: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
}

_WHITE = (" ", "\t", "\r", "\n", "\u00a0")
_YEAR = r"(18[5-9]\d|19\d\d|20\d\d|2100)"  # outside: a slip of the pen, no date of a living system
_ISO_DATE = _YEAR + r"-\d{2}-\d{2}"
_ISO_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_ISO_OFFSET = r"(Z|[+-]\d{2}:\d{2})"
_TPP = r"\d{2} [A-Z][a-z]{2} " + _YEAR + r" \d{2}:\d{2}:\d{2}"


def quoted(name: str) -> str:
    """``name`` as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def cleaned(value: str) -> str:
    """SQL of the text of ``value`` (a SQL expression): trimmed, null where nothing is left.

    Text that begins with a plain character and ends with none to trim is not looked through: trimming decodes
    every character, and costs more than typing the value does.
    """
    ends = " or ".join(f"ends_with({value}, '{mark}')" for mark in _WHITE)
    return (
        f"case when {value} < '!' or {value} >= '~' or {ends} "
        f"then nullif(trim({value}, '{''.join(_WHITE)}'), '') else {value} end"
    )


def typed(kind: Kind, value: str, dates: str = "iso") -> str:
    """SQL of the typed value of ``value`` (a SQL expression over received text).

    Null where the text is empty or malformed. ``dates`` is one of :data:`DATE_STYLES`.
    """
    if dates not in DATE_STYLES:
        raise ValueError(f"date style {dates!r} is not known; valid: {', '.join(DATE_STYLES)}")
    return converted(kind, cleaned(value), dates)


def converted(kind: Kind, value: str, dates: str = "iso") -> str:
    """As :func:`typed`, of text that is cleaned already."""
    return _CASTS[kind](value, dates)


def malformed(kind: Kind, value: str, dates: str = "iso") -> str:
    """SQL predicate: ``value`` holds text that is no value of ``kind``. Never null."""
    if kind in (Kind.TEXT, Kind.CODE):
        return "false"
    return f"({cleaned(value)} is not null and {typed(kind, value, dates)} is null)"


def _text(value: str, _: str) -> str:
    return value


def _date(value: str, dates: str) -> str:
    if dates == "tpp":
        return f"cast({_datetime(value, dates)} as date)"
    return _when(value, _ISO_DATE, f"try_cast({value} as date)")


def _datetime(value: str, dates: str) -> str:
    if dates == "tpp":
        return _when(value, _TPP, f"try_strptime({value}, '%d %b %Y %H:%M:%S')")
    naive = _when(value, f"{_ISO_DATE}([T ]{_ISO_CLOCK})?", f"try_cast({value} as timestamp)")
    zoned = _when(
        value,
        f"{_ISO_DATE}[T ]{_ISO_CLOCK}{_ISO_OFFSET}",
        f"timezone('Europe/London', try_cast({value} as timestamptz))",
    )
    return f"coalesce({naive}, {zoned})"


def _time(value: str, _: str) -> str:
    return _when(value, _ISO_CLOCK, f"try_cast(if(length({value}) = 5, {value} || ':00', {value}) as time)")


def _integer(value: str, _: str) -> str:
    return _when(value, r"[+-]?\d{1,18}", f"try_cast({value} as bigint)")


def _decimal(value: str, _: str) -> str:
    return _when(value, r"[+-]?(\d{1,18}(\.\d*)?|\.\d+)", f"try_cast({value} as double)")


def _boolean(value: str, _: str) -> str:
    return (
        f"case when lower({value}) in ('true', '1', 'y') then true "
        f"when lower({value}) in ('false', '0', 'n') then false end"
    )


def _when(value: str, pattern: str, cast: str) -> str:
    return f"case when regexp_full_match({value}, '{pattern}') then {cast} end"


_CASTS = {
    Kind.TEXT: _text,
    Kind.CODE: _text,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.TIME: _time,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
}
