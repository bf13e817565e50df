"""Checks the rows of one native file against its declared rules, and types those that pass.

Reads what :mod:`pipeline.landing.read_csv` left on the connection. All rules run before the file is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.declare import Format, NativeFile, Severity
from connectors.rules import Over, RowRule, row_rules, typed_columns
from connectors.types import quoted
from pipeline.duck import literal
from pipeline.landing.outcomes import Broken
from pipeline.landing.receive import Received
from pipeline.landing.tables import write_parquet


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rows of a file broke; each refused row or line counts once."""

    rows_in: int
    refused_rows: int
    refused_lines: int
    broken: tuple[Broken, ...]
    rules: tuple[RowRule, ...]  # in the order in which ``refused_rows.rules`` numbers them

    @property
    def quarantined(self) -> int:
        """Rows that do not go on."""
        return self.refused_rows + self.refused_lines

    @property
    def passed(self) -> str:
        """Condition over ``checked`` of the rows that go on."""
        return "_row not in (select _row from refused_rows)" if self.refused_rows else "true"


def check_rows(
    con: duckdb.DuckDBPyConnection,
    file: NativeFile,
    format_: Format,
    *,
    refused_lines: int,
    without: Sequence[str] = (),
) -> Verdict:
    """Run every rule, but those that ask for a column ``without`` which the file came; leaves the view
    ``checked`` and, where a row is refused, the table ``refused_rows`` (``_row``, ``rules``: their places in
    the verdict's)."""
    absent = [quoted(name) for name in without]
    rules = tuple(
        rule for rule in row_rules(file, format_) if not any(name in rule.predicate for name in absent)
    )
    con.execute(f"create or replace temp view checked as {_checked_sql(file, format_, rules)}")
    counted, counts = _count(con, file, rules)
    broken = [
        Broken(rule.rule_id, rule.severity, rows, rule.column)
        for rule, rows in zip(rules, counts, strict=True)
        if rows
    ]
    if counted["refused"]:
        _collect_refused(con, rules)
    if refused_lines:
        broken += _line_rules(con)
    is_keyed = not set(without).intersection(file.key_columns)
    if counted["repeated"] and is_keyed:  # the later row counts, the earlier is superseded
        broken.append(Broken("duplicate_key", Severity.WARNING, counted["repeated"], file.key_columns[0]))
    return Verdict(counted["rows"] + refused_lines, counted["refused"], refused_lines, tuple(broken), rules)


def _count(
    con: duckdb.DuckDBPyConnection, file: NativeFile, rules: Sequence[RowRule]
) -> tuple[dict[str, int], list[int]]:
    """Rows, refused rows and repeated keys among the rest; then the rows that broke each rule. One scan."""
    keys = ", ".join(quoted(name) for name in file.key_columns)
    refused = _is_refused(rules)
    counts = con.execute(
        f"""select count(*), count_if({refused}),
            count_if(not ({refused})) - count(distinct hash({keys})) filter (not ({refused})),
            {", ".join(f"count_if({_flag(number)})" for number in range(len(rules)))}
        from checked"""
    ).fetchone()
    numbers = [int(number or 0) for number in counts or ()]
    return dict(zip(("rows", "refused", "repeated"), numbers[:3], strict=True)), numbers[3:]


def write_typed(
    con: duckdb.DuckDBPyConnection, target: Path, received: Received, file: NativeFile, *, passed: str
) -> None:
    """Write the rows that passed, typed, with their lineage: columns in the declared order."""
    columns = ", ".join(quoted(column.name) for column in file.columns)
    rows = f"""
        select {columns}, {literal(received.feed.source)} as _source,
            {literal(received.feed.sender)} as _sender, {literal(received.file_id)} as _file_id, _row,
            date {literal(received.extract_date.isoformat())} as _extract_date,
            cast({file.record_id or "null"} as varchar) as _record_id
        from checked where {passed}"""
    write_parquet(con, rows, target)


def _checked_sql(file: NativeFile, format_: Format, rules: Sequence[RowRule]) -> str:
    early = _flags(rules, Over.RECEIVED)
    late = _flags(rules, Over.TYPED, {rule.column: n for n, rule in enumerate(rules) if _is_about_form(rule)})
    typed = ", ".join(typed_columns(file, format_))
    carried = ", ".join(_flag(number) for number, rule in enumerate(rules) if rule.over is Over.RECEIVED)
    return f"""
        with flagged as (select *{early} from received),
        typed as (select {typed}, _row{carried and ", " + carried} from flagged)
        select *{late} from typed"""


def _flags(rules: Sequence[RowRule], over: Over, malformed: Mapping[str, int] | None = None) -> str:
    """Select items of the rules over one kind of column. A malformed value is not also called missing."""
    items = []
    for number, rule in enumerate(rules):
        if rule.over is over:
            form = (malformed or {}).get(rule.column) if rule.rule_id.startswith("missing_") else None
            unless = f" and not {_flag(form)}" if form is not None else ""
            items.append(f", coalesce({rule.predicate}, false){unless} as {_flag(number)}")
    return "".join(items)


def _is_about_form(rule: RowRule) -> bool:
    """Whether a rule refuses a value for its form; where it only warns, the value is missing after it."""
    return rule.over is Over.RECEIVED and rule.severity is Severity.ROW


def _flag(number: int) -> str:
    return f"_rule_{number}"


def _is_refused(rules: Sequence[RowRule]) -> str:
    flags = [_flag(number) for number, rule in enumerate(rules) if rule.severity is Severity.ROW]
    return " or ".join(flags) or "false"


def _collect_refused(con: duckdb.DuckDBPyConnection, rules: Sequence[RowRule]) -> None:
    listed = ", ".join(
        f"if({_flag(number)}, {number}, null)"
        for number, rule in enumerate(rules)
        if rule.severity is Severity.ROW
    )
    con.execute(
        f"""create or replace temp table refused_rows as
        select _row, list_filter([{listed}]::integer[], lambda x: x is not null) as rules
        from checked where {_is_refused(rules)}"""
    )


def _line_rules(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    found = con.execute("select rule_id, count(*) from refused_lines group by 1 order by 1").fetchall()
    return [Broken(rule_id, Severity.ROW, rows) for rule_id, rows in found]
