"""A marked table as one system: its cells, every total of them, and what was said before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import duckdb

from pipeline.controlled import within
from pipeline.controlled.words import Amount, Kind, Marked
from pipeline.disclosure.rule import LARGEST_SUPPRESSED, ROUNDED_TO, ROUNDING_SLACK
from pipeline.disclosure.universe import Universe, read_universe
from pipeline.duck import identifier, literal
from pipeline.errors import ChecksRefusedError

UNKNOWN = "unknown"  # in place of null, in a column that says where a row belongs


@dataclass(frozen=True, slots=True)
class Dimension:
    """How one column, or pair of columns, places a row: SQL for its kind and value, '' for everybody."""

    kind: str
    value: str


def dimensions(marked: Marked, row: str) -> list[Dimension]:
    """The dimensions of the rows of the relation that is called ``row``."""
    of_groups = (
        Dimension("''", f"if({_text(row, column)} = {literal(whole)}, '', {_text(row, column)})")
        if whole is not None
        else Dimension("''", _text(row, column))
        for column, whole in marked.groups.items()
    )
    return [*of_groups, *(_of_kind(kind, row) for kind in marked.kinds)]


def _of_kind(kind: Kind, row: str) -> Dimension:
    """The kind's name is part of the value, as two kinds may have the same codes."""
    what, which = _text(row, kind.kind), _text(row, kind.value)
    if kind.whole is None:
        return Dimension(what, f"{what} || ' ' || {which}")
    whole = f"{what} = {literal(kind.whole)}"
    return Dimension(f"if({whole}, '', {what})", f"if({whole}, '', {what} || ' ' || {which})")


def coordinates(marked: Marked, row: str) -> str:
    """SQL of everything that places a row, as columns figure, k0, v0, k1, v1 and so on."""
    placed = (f"{part.kind} as k{n}, {part.value} as v{n}" for n, part in enumerate(dimensions(marked, row)))
    return ", ".join((f"{_figure(row, marked.figures)} as figure_name", *placed))


def measure(amount: Amount, row: str) -> str:
    """SQL of what a row counts in the column of ``amount``: rows of one measure and place are one cell."""
    return _text(row, amount.measure) if amount.measure else literal(amount.column)


def names(marked: Marked) -> list[str]:
    """The columns that :func:`coordinates` gives."""
    n = len(marked.groups) + len(marked.kinds)
    return ["figure_name", *chain.from_iterable((f"k{i}", f"v{i}") for i in range(n))]


def count(
    connection: duckdb.DuckDBPyConnection, marked: Marked, *, source: str, before: Iterable[str] = ()
) -> Universe:
    """Count the table of the attached database ``source``; ``before`` are attached earlier releases.

    Makes the temporary tables that :func:`read_universe` reads. Raises :class:`ChecksRefusedError` where two
    rows give one count differently.
    """
    relation = f"{source}.{identifier(marked.schema)}.{identifier(marked.table)}"
    columns = [row[0] for row in connection.execute(f"describe {relation}").fetchall()]
    marked.require_columns(columns)
    _published(connection, marked, relation)
    connection.execute("create or replace temp table line (line_name varchar, cell_id bigint, sign integer)")
    connection.execute("create or replace temp table overlap (one bigint, other bigint)")
    for n in range(len(marked.groups) + len(marked.kinds)):
        _add_totals(connection, marked, n)
    for n, kind in enumerate(marked.kinds, start=len(marked.groups)):
        _relate(connection, marked, kind, n, source=source)
    for statement in within.lines(marked, names(marked), relation):
        connection.execute(statement)
    _read_before(connection, marked, before)
    return read_universe(connection)


def _published(connection: duckdb.DuckDBPyConnection, marked: Marked, relation: str) -> None:
    listed = ", ".join(names(marked))
    counts = " union all ".join(
        f"select {measure(amount, 't')} as measure, {coordinates(marked, 't')}, "
        f"round({_column('t', amount.column)})::bigint as amount, "
        f"{_column('t', amount.people or amount.column)}::double as people, "
        + (
            f"{_column('t', amount.largest)}::double"
            if amount.largest
            else f"least({_column('t', amount.column)}, 1)::double"
        )
        + f" as largest from {relation} as t where not coalesce({marked.never_shown}, true)"
        for amount in marked.amounts
    )
    connection.execute(
        f"create or replace temp table cell as select row_number() over (order by measure, {listed}) - 1 as "
        f"cell_id, measure, {listed}, max(amount) as amount, if(count(people) = count(*), min(people), null) "
        "as people, if(count(largest) = count(*), max(largest), null) as largest, "
        f"dense_rank() over (order by measure, figure_name) - 1 as figure, false as is_derived, "
        f"count(distinct amount) + count(distinct amount is null) > 2 as is_ambiguous "
        f"from ({counts}) group by measure, {listed}"
    )
    found = connection.execute("select distinct measure from cell where is_ambiguous order by all").fetchall()
    if found:
        listed = ", ".join(str(measure) for (measure,) in found)
        raise ChecksRefusedError(f"{marked.name}: rows of one place count differently: {listed}")


def _add_totals(connection: duckdb.DuckDBPyConnection, marked: Marked, n: int) -> None:
    """Of the dimension ``n``: totals that no row gives, as derived cells, and the lines to every total."""
    others = ["measure", *(name for name in names(marked) if name not in (f"k{n}", f"v{n}"))]
    listed, same = ", ".join(others), " and ".join(f"part.{name} = total.{name}" for name in others)
    connection.execute(
        "insert into cell by name with summed as ("
        f"select {listed}, k{n} as kind, sum(amount)::bigint as amount from cell where v{n} <> '' "
        f"group by all), total as (select {listed}, max(amount)::bigint as amount from summed group by all) "
        "select row_number() over () - 1 + (select count(*) from cell) as cell_id, "
        f"{', '.join(f'part.{name}' for name in others)}, '' as k{n}, '' as v{n}, part.amount, "
        "null::double as people, null::double as largest, -1 as figure, true as is_derived, "
        "false as is_ambiguous "
        f"from total as part anti join (select * from cell where v{n} = '') as total on {same}"
    )
    name = f"concat_ws('|', {literal(f'total {n}')}, {{0}}.k{n}, {', '.join('part.' + o for o in others)})"
    connection.execute(
        f"insert into line select {name.format('part')}, part.cell_id, 1 from cell as part "
        f"where part.v{n} <> '' union all select distinct {name.format('part')}, total.cell_id, -1 "
        f"from cell as part inner join cell as total on {same} and total.v{n} = '' where part.v{n} <> ''"
    )


def _relate(
    connection: duckdb.DuckDBPyConnection, marked: Marked, kind: Kind, n: int, *, source: str
) -> None:
    """Kinds within kinds add up; of kinds that cross, what two areas have in common ties both."""
    others = ["measure", *(name for name in names(marked) if name not in (f"k{n}", f"v{n}"))]
    for pairs, is_nested in ((kind.nested, True), (kind.crossing, False)):
        for one, other in pairs:
            connection.execute(
                "create or replace temp table together as "
                + _together(kind, one, other, source=source, is_nested=is_nested)
            )
            connection.execute(_nest(n, others) if is_nested else _cross(n, others))


def _together(kind: Kind, one: str, other: str, *, source: str, is_nested: bool) -> str:
    """Which areas of two kinds have anybody in common, and of which figure, null where of any."""
    found = None if is_nested else kind.overlaps
    columns, related = (found.columns, found.related) if found else (kind.columns, kind.related)
    figure = _figure("t", found.figures) if found else "null"
    return (
        f"select distinct {_value(columns, one)} as one, {_value(columns, other)} as other, "
        f"{figure}::varchar as of_figure from {source}.{_dotted(related)} as t "
        f"where {identifier(kind.where) if kind.where and not found else 'true'}"
    )


def _nest(n: int, others: list[str]) -> str:
    """Lines over the parts that lie in one whole and no other; what lies in several is a rest of them."""
    same = " and ".join(f"part.{name} = total.{name}" for name in others)
    name = f"concat_ws('|', {literal(f'nested {n}')}, k, {', '.join(others)}, whole)"
    return (
        "insert into line with placed as (select one, any_value(other) as whole from together group by one "
        "having count(*) = 1), tied as ("
        f"select part.cell_id as part, total.cell_id as total, part.k{n} as k, whole, "
        f"{', '.join(f'total.{other}' for other in others)} from placed "
        f"inner join cell as part on part.v{n} = placed.one "
        f"inner join cell as total on total.v{n} = placed.whole and {same}) "
        f"select {name}, part, 1 from tied union all select distinct {name}, total, -1 from tied"
    )


def _cross(n: int, others: list[str]) -> str:
    """A cell a pair of areas, for every figure in which each has a row, or is not known."""
    same = ", ".join(others)
    return (
        f"insert into overlap with figures as (select distinct {same} from cell), pairs as ("
        "select a.cell_id as one, b.cell_id as other, together.one as one_value, "
        "together.other as other_value from figures inner join together "
        "on coalesce(together.of_figure = figures.figure_name, true) "
        f"left join (select cell_id, v{n}, {same} from cell) as a "
        f"on a.v{n} = together.one and {_equal('a', others)} "
        f"left join (select cell_id, v{n}, {same} from cell) as b "
        f"on b.v{n} = together.other and {_equal('b', others)}) "
        "select coalesce(one, -1), coalesce(other, -1) from pairs "
        "where (one is not null or other is not null) "
        f"and (one is not null or ends_with(one_value, ' {UNKNOWN}')) "
        f"and (other is not null or ends_with(other_value, ' {UNKNOWN}')) order by all"
    )


def _equal(side: str, others: list[str]) -> str:
    return " and ".join(f"{side}.{name} = figures.{name}" for name in others)


def _value(columns: Mapping[str, str], word: str) -> str:
    """The value of a kind, as it stands in a cell, of a row of a relation with a column a kind."""
    return f"{literal(word + ' ')} || {_text('t', columns[word])}"


def _figure(row: str, columns: Sequence[str]) -> str:
    """The name of the figure that a row belongs to."""
    return f"concat_ws(' ', {', '.join(_text(row, column) for column in columns) or literal('')})"


def _read_before(connection: duckdb.DuckDBPyConnection, marked: Marked, before: Iterable[str]) -> None:
    """What attached earlier releases showed of the same counts: a range, or the number where it was exact."""
    connection.execute(
        "create or replace temp table told_before "
        "(cell_id bigint, is_hidden boolean, low bigint, high bigint)"
    )
    for database in before:
        for amount in marked.amounts:
            connection.execute(_told(marked, amount, database))


def _told(marked: Marked, amount: Amount, database: str) -> str:
    """A table with a count that the rule does not show was not under control then: its counts are exact."""
    relation = f"{database}.{identifier(marked.schema)}.{identifier(marked.table)}"
    rounded = f"shown = 0 or (shown > {LARGEST_SUPPRESSED} and shown % {ROUNDED_TO} = 0)"
    least = f"greatest({LARGEST_SUPPRESSED + 1}, shown - {ROUNDING_SLACK})"
    return (
        f"insert into told_before with told as (select {measure(amount, 't')} as measure, "
        f"{coordinates(marked, 't')}, round({_column('t', amount.column)})::bigint as shown "
        f"from {relation} as t where not coalesce({marked.never_shown}, true)), "
        f"judged as (select *, bool_and(shown is null or {rounded}) over () as is_rounded from told) "
        f"select cell_id, shown is null, if(is_rounded and shown > 0, {least}, shown), "
        f"if(is_rounded and shown > 0, shown + {ROUNDING_SLACK}, shown) "
        f"from judged inner join cell using (measure, {', '.join(names(marked))})"
    )


def exact(marked: Marked) -> Iterator[str]:
    """Columns that are shown as they are."""
    for kind in marked.kinds:
        yield from (kind.kind, kind.value)
    yield from (*marked.figures, *marked.groups, *marked.labels)


def _dotted(relation: str) -> str:
    return ".".join(identifier(part) for part in relation.split("."))


def _column(row: str, name: str) -> str:
    return f"{row}.{identifier(name)}"


def _text(row: str, name: str) -> str:
    return f"coalesce({_column(row, name)}::varchar, {literal(UNKNOWN)})"
