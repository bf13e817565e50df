"""Makes the tables of the open product from a published ``secondary_use``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.disclosure import SUPPRESSED_SIGN, disclosed_sql
from pipeline.disclosure.tables import Tables
from pipeline.disclosure.withheld import withhold
from pipeline.duck import identifier, literal
from pipeline.errors import ChecksRefusedError, one_of
from pipeline.open_product.universe import count

SCHEMA = "open"
SCALES: Mapping[str, int] = {
    "per 1000 people": 1000,
    "per 100000 people": 100_000,
    "per cent": 100,
    "days": 1,
}
RULE = "0 stays 0, 1 to 7 suppressed, other counts to the nearest 5"
COUNTS = ("people", "numerator", "denominator")  # columns that are suppressed, in every table
_HERE = Path(__file__).parent

# Meaning of every column; handling is keep, as nothing here is about one person.
_DICTIONARY: Mapping[str, Mapping[str, str]] = {
    "release": {
        "run_id": "Run that made this version",
        "as_of": "Date up to which extracts were read",
        "rule": "Disclosure rule that every count keeps",
    },
    "population": {
        "area_type": "system, borough, pcn or practice",
        "area_code": "ONS or ODS code of the area; all for the system",
        "age_band": "Age on the run's date: 0-4, 5-17, 18-64, 65-74, 75-84, 85+, or all",
        "sex": "Administrative gender, or all",
        "people": "Registered people, rounded to 5; null where suppressed",
        "is_suppressed": "Whether the count is withheld",
    },
    "segment": {
        "area_type": "system, borough, pcn or practice",
        "area_code": "ONS or ODS code of the area; all for the system",
        "segment_id": "Population segment, or all",
        "segment_name": "Its name",
        "people": "Registered people, rounded to 5; null where suppressed",
        "is_suppressed": "Whether the count is withheld",
    },
    "metric": {
        "metric_id": "Metric",
        "metric_version": "Version of its definition",
        "period_type": "Calendar month or financial year to date",
        "period_start": "First day of the period",
        "period_end": "Last day of the period",
        "area_type": "system, borough, pcn or practice",
        "area_code": "ONS or ODS code of the area",
        "group_type": "all, age_band, sex, ethnic_group, imd_quintile, segment",
        "group_value": "Value of the group",
        "numerator": "Count above the line, rounded to 5; null where suppressed",
        "denominator": "Count below the line, rounded to 5; null where suppressed",
        "value": "Rate from the rounded counts; null where either is suppressed or the denominator is 0",
        "unit": "Unit of the value",
        "scale": "Number that the quotient is multiplied with",
        "is_suppressed": "Whether a count is withheld",
        "coverage": "complete, partial or missing: whether the feeds behind it arrived",
    },
    "feed_coverage": {
        "as_of": "Night",
        "source": "Care setting",
        "sender": "ODS code of the sending organisation",
        "feed": "Feed",
        "is_late": "Whether the feed is late",
        "coverage": "complete, partial or missing",
    },
    "data_dictionary": {
        "table_name": "Table",
        "column_name": "Column",
        "type": "Type in DuckDB",
        "meaning": "What it means",
        "handling": "What may happen to it; keep for aggregates",
    },
}


def build(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, *, name: str, run_id: str,
    before: Sequence[Path] = (),
) -> Tables:  # fmt: skip
    """Write the open product's tables into the new database ``target``, left attached as ``name``.

    ``connection`` is one of its own, in memory; ``source`` is a published ``secondary_use``;
    ``before`` are the kept cells of earlier releases, which anyone may have.
    Returns the tables that prove what is hidden to be protected, for whoever judges. Raises
    :class:`ChecksRefusedError` for a metric whose unit has no known scale.
    """
    connection.execute(f"attach {literal(target)} as {name}")
    connection.execute(f"create schema {name}.{SCHEMA}")
    connection.execute(f"attach {literal(source)} as source (read_only)")
    connection.execute("use source")
    _require_scales(connection)
    schema = f"{name}.{SCHEMA}"
    tables = _show(connection, before)
    _population_and_segments(connection, schema)
    _metrics(connection, schema)
    _rest(connection, schema, run_id)
    _dictionary(connection, schema, name)
    connection.execute("use memory")
    connection.execute("detach source")
    return tables


def _show(connection: duckdb.DuckDBPyConnection, before: Sequence[Path]) -> Tables:
    """Temporary table ``shown_cell``: every count by its place, rounded, or null where it is suppressed."""
    counted = count(connection, before)
    tables = Tables(counted.cells)
    hidden = withhold(counted.cells, counted.kept_hidden, counted.figure, tables)
    connection.register("hidden_cell", pa.table({"cell_id": range(len(hidden)), "is_hidden": hidden}))
    connection.execute(
        "create or replace temp table shown_cell as "
        f"select cell.*, if(is_hidden, null, {disclosed_sql('amount')}) as shown "
        "from cell inner join hidden_cell using (cell_id)"
    )
    connection.unregister("hidden_cell")
    return tables


def _population_and_segments(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    columns = {
        "population": ("area_type, area_code, age_band, sex", "part = age_band and value = sex"),
        "segment": ("area_type, area_code, segment_id, segment_name", "value = segment_id"),
    }
    for table, (listed, same) in columns.items():
        connection.execute(
            f"create table {schema}.{table} as select {listed}, shown as people, "
            f"shown is null as is_suppressed from counted_{table} "
            "inner join shown_cell using (area_type, area_code) "
            f"where measure = {literal(table)} and {same} order by {listed}"
        )


def _require_scales(connection: duckdb.DuckDBPyConnection) -> None:
    units = {row[0] for row in connection.execute("select distinct unit from wsic.metric").fetchall()}
    for unit in sorted(units - set(SCALES)):
        raise ChecksRefusedError("open: " + one_of("unit of a metric", unit, SCALES))


def _metrics(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Numerators and denominators are suppressed each by itself; the rate needs both."""
    scale = " ".join(f"when {literal(unit)} then {scale}" for unit, scale in SCALES.items())
    same = (
        "{0}.period_type = m.period_type and {0}.period_start = m.period_start "
        "and {0}.area_type = m.area_type and {0}.area_code = m.area_code "
        "and {0}.part = m.group_type and {0}.value = m.group_value"
    )
    connection.execute(
        f"create table {schema}.metric as "
        "select metric_id, metric_version, m.period_type, m.period_start, m.period_end, m.area_type, "
        "m.area_code, group_type, group_value, n.shown as numerator, d.shown as denominator, "
        "n.shown * scale / nullif(d.shown, 0)::double as value, unit, scale, "
        "n.shown is null or d.shown is null as is_suppressed, coverage "
        f"from (select *, (case unit {scale} end)::integer as scale from wsic.metric) as m "
        f"inner join shown_cell as n on n.measure = m.numerator_measure and {same.format('n')} "
        f"inner join shown_cell as d on d.measure = m.denominator_measure and {same.format('d')} "
        "order by all"
    )


def _rest(connection: duckdb.DuckDBPyConnection, schema: str, run_id: str) -> None:
    connection.execute(
        f"create table {schema}.feed_coverage as "
        "select as_of, source, sender, feed, is_late, coverage from quality.feed_coverage order by all"
    )
    connection.execute(
        f"create table {schema}.release as select run_id, as_of::date as as_of, "
        f"{literal(RULE)} as rule from audit.run where "
        "run_id = ?",
        [run_id],
    )


def _dictionary(connection: duckdb.DuckDBPyConnection, schema: str, database: str) -> None:
    rows = [
        (table, column, meaning)
        for table, columns in _DICTIONARY.items()
        for column, meaning in columns.items()
    ]
    connection.execute(
        f"create table {schema}.data_dictionary (table_name varchar, column_name varchar, type varchar, "
        "meaning varchar, handling varchar)"
    )
    connection.executemany(
        f"insert into {schema}.data_dictionary select 'open.' || $1, $2, (select any_value(data_type) "
        f"from duckdb_columns() where database_name = {literal(database)} and table_name = $1 and "
        f"column_name = $2), $3, 'keep'",
        rows,
    )


def csv_selects(name: str) -> dict[str, str]:
    """By file name, what each CSV of the attached database ``name`` holds; suppressed counts as ``*``."""
    return {
        f"{SCHEMA}.{table}.csv": f"select {', '.join(_csv_column(column) for column in columns)} "
        f"from {name}.{SCHEMA}.{table}"
        for table, columns in _DICTIONARY.items()
    }


def write_csv(connection: duckdb.DuckDBPyConnection, folder: Path, *, name: str) -> None:
    """Each table of the attached database ``name`` as CSV, suppressed counts shown as ``*``."""
    for file, select in csv_selects(name).items():
        connection.execute(f"copy ({select}) to {literal(folder / file)} (header)")


def _csv_column(name: str) -> str:
    quoted = identifier(name)
    if name not in COUNTS:
        return quoted
    return f"coalesce({quoted}::varchar, {literal(SUPPRESSED_SIGN)}) as {quoted}"
