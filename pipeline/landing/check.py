"""Checks the rows of one native file against its declared rules, and types those that pass.

A file is read once, through all its rules: :mod:`pipeline.landing.read_csv` leaves on the connection what
they said of each row. All rules run before the file is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.declare import Format, NativeFile, Severity
from connectors.rules import Over, RowRule, row_rules
from connectors.types import cleaned, converted, quoted
from pipeline.duck import literal
from pipeline.landing.outcomes import Broken
from pipeline.landing.read_csv import ROW_OF_PLACE, TEXT_CAME
from pipeline.landing.receive import Received
from pipeline.landing.tables import count, write_parquet

_BITS = 60  # rules to a whole number


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
        return _passed(self.rules)


def applicable_rules(
    file: NativeFile, format_: Format, *, without: Sequence[str] = ()
) -> tuple[RowRule, ...]:
    """The rules of a file, but those that ask for a column ``without`` which it came."""
    absent = [quoted(name) for name in without]
    return tuple(
        rule for rule in row_rules(file, format_) if not any(name in rule.predicate for name in absent)
    )


def check_rows(
    con: duckdb.DuckDBPyConnection,
    file: NativeFile,
    rules: tuple[RowRule, ...],
    *,
    refused_lines: int,
    without: Sequence[str] = (),
) -> Verdict:
    """Judge the rows of ``checked``, read through :func:`checking`; leaves, where a row is refused, the table
    ``refused_rows`` (``_row``, ``rules``: their places in the verdict's, ``text``: the row as JSON).
    ``without``: the columns that did not come."""
    rows, refused, counts = _count(con, rules)
    broken = [
        Broken(rule.rule_id, rule.severity, rows, rule.column)
        for rule, rows in zip(rules, counts, strict=True)
        if rows
    ]
    if refused:
        _collect_refused(con, rules)
    if refused_lines:
        broken += _line_rules(con)
    is_keyed = not set(without).intersection(file.key_columns)
    repeated = _repeated(con, file, _passed(rules)) if is_keyed else 0
    if repeated:  # the later row counts, the earlier is superseded
        broken.append(Broken("duplicate_key", Severity.WARNING, repeated, file.key_columns[0]))
    return Verdict(rows + refused_lines, refused, refused_lines, tuple(broken), rules)


def _count(con: duckdb.DuckDBPyConnection, rules: Sequence[RowRule]) -> tuple[int, int, list[int]]:
    """Rows, refused rows, and the rows that broke each rule; counted by the sets of rules that rows broke."""
    words = ", ".join(_word(place) for place in range(len(_words(rules))))
    con.execute(
        f"""create or replace temp table rules_broken as
        select {words}, count(*) as rows, not {_passed(rules)} as is_refused from checked group by {words}"""
    )
    sums = "".join(f", sum(rows) filter (where {_bit(number)})" for number in range(len(rules)))
    row = con.execute(
        f"select sum(rows), sum(rows) filter (where is_refused){sums} from rules_broken"
    ).fetchone() or (0, 0)
    found = [int(number or 0) for number in row]
    return found[0], found[1], found[2:]


def _repeated(con: duckdb.DuckDBPyConnection, file: NativeFile, passed: str) -> int:
    """How many rows that go on have a key that another has."""
    keys = ", ".join(quoted(name) for name in file.key_columns)
    return count(con, f"select count(*) - count(distinct hash({keys})) from checked where {passed}")


def _words(rules: Sequence[RowRule]) -> list[str]:
    """SQL of whole numbers whose bits are the rules that a row broke, as many to a number as it holds; one at
    least: of a file that came without every column that is asked for, no rule is left."""
    bits = [f"if({_flag(number)}, {1 << number % _BITS}, 0)::bigint" for number in range(len(rules))]
    return [" + ".join(bits[start : start + _BITS]) for start in range(0, len(bits), _BITS)] or ["0::bigint"]


def _word(place: int) -> str:
    return f"_word_{place}"


def _bit(number: int) -> str:
    return f"({_word(number // _BITS)} & {1 << number % _BITS}) <> 0"


def _passed(rules: Sequence[RowRule]) -> str:
    """Condition over the words: no rule that refuses a row is broken."""
    masks = [0] * len(_words(rules))
    for number, rule in enumerate(rules):
        if rule.severity is Severity.ROW:
            masks[number // _BITS] |= 1 << number % _BITS
    held = [f"({_word(place)} & {mask}) = 0" for place, mask in enumerate(masks) if mask]
    return f"({' and '.join(held) or 'true'})"


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


def checking(
    file: NativeFile, format_: Format, rules: Sequence[RowRule], *, has_blank_edges: bool = True
) -> str:
    """SELECT over the text that came: the typed columns, the words of ``rules``, ``_text`` (a refused row as
    JSON) and ``_behind``. Each value is cleaned once and typed once. One that came and is no value of its
    kind is malformed: just that is what the rules over received columns ask. Where no value of the file has
    blank edges, none is looked at for them."""
    late = _flags(rules, Over.TYPED, {rule.column: n for n, rule in enumerate(rules) if _is_about_form(rule)})
    trim = cleaned if has_blank_edges else _null_if_empty
    clean = ", ".join(f"{trim(quoted(c.name))} as {quoted(c.name)}" for c in file.columns)
    typed = ", ".join(
        f"{converted(c.kind, quoted(c.name), format_.dates)} as {quoted(c.name)}" for c in file.columns
    )
    early = [(number, rule) for number, rule in enumerate(rules) if rule.over is Over.RECEIVED]
    came = "".join(f", {quoted(rule.column)} is not null as _came_{number}" for number, rule in early)
    malformed = "".join(
        f", _came_{number} and {quoted(rule.column)} is null as {_flag(number)}" for number, rule in early
    )
    words = ", ".join(f"{word} as {_word(place)}" for place, word in enumerate(_words(rules)))
    columns = ", ".join(quoted(column.name) for column in file.columns)
    text = ", ".join(f"{literal(c.name)}: {quoted(c.name)}" for c in file.columns)
    return f"""
        , cleaned as (select _behind, {{{text}}} as _came, {clean} from {TEXT_CAME}),
        typed as (select _behind, _came, {typed}{came} from cleaned),
        formed as (select *{malformed} from typed),
        flagged as (select *{late} from formed),
        told as (select _behind, _came, {columns}, {words} from flagged)
        select {columns}, {", ".join(_word(place) for place in range(len(_words(rules))))}, _behind,
            case when {_passed(rules)} then null else to_json(_came)::varchar end as _text
        from told"""


def _null_if_empty(value: str) -> str:
    return f"nullif({value}, '')"


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


def _collect_refused(con: duckdb.DuckDBPyConnection, rules: Sequence[RowRule]) -> None:
    listed = ", ".join(
        f"if({_bit(number)}, {number}, null)"
        for number, rule in enumerate(rules)
        if rule.severity is Severity.ROW
    )
    con.execute(
        f"""create or replace temp table refused_rows as
        with few as materialized (  -- first, for to number rows costs a call for all that lie together
            select * from checked_places where not {_passed(rules)}
        ), numbered as (select *, {ROW_OF_PLACE}(_place) as _row from few)
        select _row, list_filter([{listed}]::integer[], lambda x: x is not null) as rules,
            '{{"_row":' || _row || ',' || _text[2:] as text
        from numbered"""
    )


def _line_rules(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    found = con.execute("select rule_id, count(*) from refused_lines group by 1 order by 1").fetchall()
    return [Broken(rule_id, Severity.ROW, rows) for rule_id, rows in found]
