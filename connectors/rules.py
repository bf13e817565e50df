"""Row rules of a native file as data: what its declaration says, as predicates to run set-based.

Every column's kind, key, requirement and code list gives rules, and so does every
:class:`~connectors.declare.RowCheck`. A predicate is true where the rule is broken, false or null
where it holds. Rules never quote a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connectors.declare import Column, Format, Kind, NativeFile, RowCheck, Severity
from connectors.types import malformed, quoted, typed


class Over(StrEnum):
    """Which columns a predicate reads, under the same names."""

    RECEIVED = "received"  # VARCHAR as the sender wrote them
    TYPED = "typed"  # after connectors.types.typed, with _extract_date beside them


@dataclass(frozen=True, slots=True)
class RowRule:
    """One rule over the rows of one file; ``column`` is where the operator looks first."""

    rule_id: str
    column: str
    severity: Severity
    predicate: str
    over: Over
    meaning: str


def row_rules(file: NativeFile, format_: Format) -> tuple[RowRule, ...]:
    """Every row rule of ``file``: its key, its columns in order, its own checks."""
    by_column = [rule for column in file.columns for rule in _column_rules(column, file, format_.dates)]
    return (_nameless(file), *by_column, *(_own(check) for check in file.checks))


def typed_columns(file: NativeFile, format_: Format) -> tuple[str, ...]:
    """Select items that turn the received columns of ``file`` into its typed ones, in order."""
    return tuple(
        f"{typed(column.kind, quoted(column.name), format_.dates)} as {quoted(column.name)}"
        for column in file.columns
    )


def _column_rules(column: Column, file: NativeFile, dates: str) -> list[RowRule]:
    rules = []
    if column.kind not in (Kind.TEXT, Kind.CODE):
        rules.append(_malformed(column, dates))
    if column.required:
        rules.append(_missing_key(column) if column.key else _missing_required(column, file))
    if column.values:
        rules.append(_unknown_code(column))
    return rules


def _malformed(column: Column, dates: str) -> RowRule:
    return RowRule(
        f"malformed_{column.kind}",
        column.name,
        column.on_malformed,
        malformed(column.kind, quoted(column.name), dates),
        Over.RECEIVED,
        f"{column.name} holds something that is not a {column.kind}" + _form(column.kind, dates),
    )


def _form(kind: Kind, dates: str) -> str:
    if kind not in (Kind.DATE, Kind.DATETIME):
        return ""
    return {"iso": "; valid: YYYY-MM-DD", "tpp": "; valid: DD Mon YYYY HH:MM:SS"}[dates]


def _nameless(file: NativeFile) -> RowRule:
    """A row with nothing in its key; one empty part of a composite key may stand."""
    return RowRule(
        "missing_key",
        file.key_columns[0],
        Severity.ROW,
        "(" + " and ".join(f"{quoted(name)} is null" for name in file.key_columns) + ")",
        Over.TYPED,
        f"nothing names the row: {', '.join(file.key_columns)} empty",
    )


def _missing_key(column: Column) -> RowRule:
    return RowRule(
        "missing_key",
        column.name,
        Severity.ROW,
        f"({quoted(column.name)} is null)",
        Over.TYPED,
        f"{column.name} is empty, and the row cannot be told from others without it",
    )


def _missing_required(column: Column, file: NativeFile) -> RowRule:
    return RowRule(
        "missing_required",
        column.name,
        Severity.ROW,
        f"({quoted(column.name)} is null and not coalesce(({file.deleted_when}), false))",
        Over.TYPED,
        f"{column.name} is empty, and the row is of no use without it",
    )


def _unknown_code(column: Column) -> RowRule:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(column.values))
    return RowRule(
        "unknown_code",
        column.name,
        column.on_unknown,
        f"({quoted(column.name)} not in ({listed}))",
        Over.TYPED,
        f"{column.name} holds a code outside its list of {len(column.values)}",
    )


def _own(check: RowCheck) -> RowRule:
    return RowRule(
        check.rule_id, check.column, check.severity, f"({check.predicate})", Over.TYPED, check.meaning
    )
