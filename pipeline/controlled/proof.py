"""The proof before a version with marked tables is served: what it shows, against the true counts.

Counts everything again and reads what the finished version shows. The findings are a row a count, or a column
that shows what it may not; the rules on them stand in :mod:`expectations.published.disclosure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.controlled.show import attached_before
from pipeline.controlled.system import coordinates, count, exact, measure, names
from pipeline.controlled.words import Marked
from pipeline.disclosure.rule import disclosed_sql, is_sensitive_sql
from pipeline.disclosure.universe import attacked
from pipeline.duck import identifier, literal

FINDING = pa.schema(
    [
        ("place", pa.string()),
        *(
            (name, pa.bool_())
            for name in ("is_small_and_shown", "is_not_rounded", "is_sensitive", "is_hidden")
        ),
        *((name, pa.bool_()) for name in ("is_recoverable", "is_differenced", "was_given_away")),
    ]
)


def findings(
    connection: duckdb.DuckDBPyConnection, source: Path, published: Path, tables: Sequence[Marked],
    before: Sequence[Path] = (),
) -> pa.Table:  # fmt: skip
    """What is wrong with each count of the marked ``tables`` in the version ``published``.

    ``source`` is the warehouse with the true counts; ``connection`` is one of its own, in memory.
    """
    connection.execute(f"attach {literal(source)} as uncontrolled (read_only)")
    connection.execute(f"attach {literal(published)} as published (read_only)")
    found = [part for marked in tables for part in _of_table(connection, marked, before)]
    return pa.concat_tables([FINDING.empty_table(), *found])


def _of_table(
    connection: duckdb.DuckDBPyConnection, marked: Marked, before: Iterable[Path]
) -> Iterator[pa.Table]:
    with attached_before(connection, marked, before, night_of="uncontrolled") as databases:
        universe = count(connection, marked, source="uncontrolled", before=databases)
    table = f"{identifier(marked.schema)}.{identifier(marked.table)}"
    connection.execute(_shown(marked, f"published.{table}"))
    judged = connection.execute(_judged(marked)).to_arrow_table()
    for name, flags in attacked(universe, judged["is_hidden"].to_numpy()).items():
        judged = judged.append_column(name, pa.array(flags))
    yield judged.cast(FINDING)
    strange = connection.execute(_columns(marked, table)).to_arrow_table()
    yield pa.table({name: strange[name] for name in FINDING.names}, schema=FINDING)


def _shown(marked: Marked, relation: str) -> str:
    listed = ", ".join(names(marked))
    shown = " union all ".join(
        f"select {measure(item, 't')} as measure, {coordinates(marked, 't')}, "
        f"t.{identifier(item.column)}::double as shown from {relation} as t"
        for item in marked.amounts
    )
    return (
        f"create or replace temp table shown_cell as select measure, {listed}, max(shown) as shown, "
        f"count(distinct shown) + count(distinct shown is null) > 2 as is_shown_twice "
        f"from ({shown}) group by measure, {listed}"
    )


def _judged(marked: Marked) -> str:
    """A row a cell; its place is in words of what was counted, of area and group."""
    listed = names(marked)
    placed = ", ".join(f"nullif({name}, '')" for name in listed if not name.startswith("k"))
    sensitive = is_sensitive_sql("amount", "people", "largest")
    return (
        f"select concat_ws(' ', {literal(marked.name)}, measure, 'in', {placed}) as place, "
        f"shown is not null and {sensitive} as is_small_and_shown, "
        "coalesce(is_shown_twice, true) or shown is distinct from "
        f"if(shown is null, null, {disclosed_sql('amount')}) as is_not_rounded, "
        f"{sensitive} as is_sensitive, shown is null as is_hidden "
        f"from cell left join shown_cell using (measure, {', '.join(listed)}) "
        "where not is_derived order by cell_id"
    )


def _columns(marked: Marked, table: str) -> str:
    """A finding a column that shows what it must not: one withheld, a quotient of true counts, other rows."""
    checks = [
        (f"{marked.name}.{column}", f"exists (from published.{table} where {identifier(column)} is not null)")
        for column in marked.withheld
    ]
    for rate in marked.rates:
        value, above, below = (identifier(name) for name in (rate.column, rate.above, rate.below))
        times = rate.times if rate.times.replace(".", "", 1).isdigit() else identifier(rate.times)
        if rate.scales:
            times = f"map({list(rate.scales)}, {list(rate.scales.values())})[{identifier(rate.times)}]"
        quotient = f"{above} * {times} / nullif({below}, 0)::double"
        wrong = f"{value} is not null and ({quotient} is null or abs({value} - {quotient}) > 1e-6)"
        checks.append((f"{marked.name}.{rate.column}", f"exists (from published.{table} where {wrong})"))
    shown = " or ".join(f"{identifier(item.column)} is not null" for item in marked.amounts)
    never = f"coalesce({marked.never_shown}, true) and ({shown})"
    checks.append(
        (f"{marked.name} in rows that are never shown", f"exists (from published.{table} where {never})")
    )
    same = ", ".join(identifier(column) for column in exact(marked)) or "''"
    rows = f"select (count(*), sum(hash(row({same}))::hugeint)) from {{0}}.{table}"
    checks.append(
        (marked.name, f"({rows.format('published')}) is distinct from ({rows.format('uncontrolled')})")
    )
    return " union all ".join(
        f"select {literal(place)} as place, {wrong} as is_small_and_shown, false as is_not_rounded, "
        "false as is_sensitive, true as is_hidden, false as is_recoverable, false as is_differenced, "
        "false as was_given_away"
        for place, wrong in checks
    )
