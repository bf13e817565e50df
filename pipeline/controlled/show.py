"""The published form of a marked table: counts rounded or null, quotients of what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.controlled.system import coordinates, count, measure, names
from pipeline.controlled.words import Marked, Rate
from pipeline.disclosure.rule import disclosed_sql
from pipeline.disclosure.withheld import withhold
from pipeline.duck import identifier, literal

_SOURCE = "uncontrolled"


def control(
    connection: duckdb.DuckDBPyConnection, source: Path, tables: Sequence[Marked], *, name: str,
    before: Iterable[Path] = (),
) -> None:  # fmt: skip
    """Put in place of each marked table of the attached database ``name`` what may be shown of it.

    ``source`` is the warehouse, with the true counts; ``before`` are versions of the product that readers may
    have. Raises :class:`ChecksRefusedError` where a table's words are not whole.
    """
    if not tables:
        return
    connection.execute(f"attach {literal(source)} as {_SOURCE} (read_only)")
    try:
        for marked in tables:
            _replace(connection, marked, name=name, before=before)
    finally:
        connection.execute(f"detach {_SOURCE}")


def _replace(
    connection: duckdb.DuckDBPyConnection, marked: Marked, *, name: str, before: Iterable[Path]
) -> None:
    with attached_before(connection, marked, before, night_of=_SOURCE) as databases:
        universe = count(connection, marked, source=_SOURCE, before=databases)
    hidden = withhold(universe.cells, universe.kept_hidden, universe.figure)[: len(universe.figure)]
    connection.register("hidden_cell", pa.table({"cell_id": range(len(hidden)), "is_hidden": hidden}))
    connection.execute(
        f"create or replace temp table shown_cell as select measure, {', '.join(names(marked))}, "
        f"if(is_hidden, null, {disclosed_sql('amount')}) as shown "
        "from cell inner join hidden_cell using (cell_id)"
    )
    connection.unregister("hidden_cell")
    table = f"{identifier(marked.schema)}.{identifier(marked.table)}"
    columns = connection.execute(f"describe {_SOURCE}.{table}").fetchall()
    connection.execute(f"create or replace table {name}.{table} as {shown_select(marked, columns)}")


def shown_select(marked: Marked, columns: Sequence[Sequence[str]]) -> str:
    """The table's rows in their order, each column as its word lets it be seen; ``columns`` with types."""
    amounts = {item.column: f"s{n}.shown" for n, item in enumerate(marked.amounts)}
    rates = {
        rate.column: f"{amounts[rate.above]} * {_times(rate)} / nullif({amounts[rate.below]}, 0)::double"
        for rate in marked.rates
    }
    hidden = dict.fromkeys(marked.withheld, "null")
    shown = {**amounts, **rates, **hidden}
    listed = ", ".join(
        f"({shown.get(column, f't.{identifier(column)}')})::{kind} as {identifier(column)}"
        for column, kind, *_ in columns
    )
    joins = " ".join(
        f"left join shown_cell as s{n} on s{n}.measure = {measure(item, 't')} and "
        + " and ".join(f"s{n}.{name} = p.{name}" for name in names(marked))
        for n, item in enumerate(marked.amounts)
    )
    table = f"{_SOURCE}.{identifier(marked.schema)}.{identifier(marked.table)}"
    return (
        f"with placed as (select rowid as place, {coordinates(marked, 't')} from {table} as t) "
        f"select {listed} from {table} as t inner join placed as p on p.place = t.rowid {joins} "
        "order by t.rowid"
    )


def _times(rate: Rate) -> str:
    """A number, the column that holds it, or the scale of a column's word."""
    if rate.scales:
        of = " ".join(f"when {literal(word)} then {scale}" for word, scale in rate.scales.items())
        return f"(case t.{identifier(rate.times)} {of} end)"
    return rate.times if rate.times.replace(".", "", 1).isdigit() else f"t.{identifier(rate.times)}"


@contextmanager
def attached_before(
    connection: duckdb.DuckDBPyConnection, marked: Marked, before: Iterable[Path], *, night_of: str
) -> Iterator[list[str]]:
    """Attach the earlier versions that hold the table as it is now; of a night, those of the same one."""
    attached = []
    for n, path in enumerate(before):
        connection.execute(f"attach {literal(path)} as before_{n} (read_only)")
        attached.append(f"before_{n}")
    try:
        yield [name for name in attached if _is_comparable(connection, marked, name, night_of)]
    finally:
        for name in attached:
            connection.execute(f"detach {name}")


def _is_comparable(
    connection: duckdb.DuckDBPyConnection, marked: Marked, database: str, night_of: str
) -> bool:
    columns = "select list(column_name) from duckdb_columns() where database_name = ? and schema_name = ? "
    row = connection.execute(columns + "and table_name = ?", [database, marked.schema, marked.table])
    found = set((row.fetchone() or [None])[0] or ())
    if not set(marked.columns) <= found:
        return False
    if not marked.of_the_night:
        return True
    nights = [
        connection.execute(f"select max(as_of) from {name}.audit.run").fetchone()
        for name in (database, night_of)
    ]
    return nights[0] == nights[1]
