"""The relations that rules on a product read, beside the product's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations.published.contract import NEVER_EMPTY, tables_of
from expectations.published.open_product import TABLES

SCHEMAS = ("core", "wsic", "quality", "audit", "meta")
OPEN_SCHEMA = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductContext:
    """What rules on ``product`` compare it with.

    ``released`` is the list of people that pseudonymisation let into the product
    (``person_sources.parquet``, column person_key); ``other_product`` another product's published
    database; ``people_before`` the people in the version that is served now. Each may be missing.
    ``practice_falls_accepted``: codes of practices whose lists may fall below ``practice_drop_limit``.
    ``is_identifiable_by_design``: a product for people's own care, measured for k-anonymity, not held to it.
    """

    run_id: str
    product: str
    as_of: date
    released: Path
    drop_limit: float
    practice_drop_limit: float
    practice_falls_accepted: tuple[str, ...] = ()
    people_before: int | None = None
    is_identifiable_by_design: bool = False
    other_product: Path | None = None


def relations(connection: duckdb.DuckDBPyConnection, context: ProductContext) -> dict[str, str]:
    there = tables(connection)
    has_dictionary = ("meta", "data_dictionary") in there
    return {
        "published_column": columns(SCHEMAS, has_dictionary=has_dictionary),
        "contract_column": contract_columns(context.product),
        "contract_table": contract_tables(connection),
        "released_person": f"select distinct person_key from read_parquet({literal(context.released)})",
        "other_person": _other_person(context),
        "person_tally": _person_tally(connection),
        "month_tally": _month_tally(),
        "release": _release(context),
        "stage_step": _stage_step(context),
        "practice_fall": _practice_fall(context),
        "listed_person": _listed_person(there),
        "alert_row": "select * from wsic.alert" if ("wsic", "alert") in there else _NO_ALERT,
    }


def tables(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    statement = "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
    return set(connection.execute(statement).fetchall())


def columns(schemas: tuple[str, ...], *, has_dictionary: bool) -> str:
    """Published columns with the handling that the data dictionary gives them."""
    listed = ", ".join(f"'{schema}'" for schema in schemas)
    found = (
        "select schema_name as table_schema, table_name, column_name, data_type from duckdb_columns() "
        f"where database_name = current_database() and schema_name in ({listed})"
    )
    dictionary = f"{'open' if schemas == (OPEN_SCHEMA,) else 'meta'}.data_dictionary"
    if not has_dictionary:
        return f"select *, null::varchar as handling from ({found})"
    return (
        f"select f.*, d.handling from ({found}) as f left join "
        f"(select distinct on (table_name, column_name) table_name, column_name, handling from "
        f"{dictionary}) as d "
        "on d.table_name in (f.table_schema || '.' || f.table_name, f.table_name) and d.column_name = "
        "f.column_name"
    )


def contract_columns(product: str) -> str:
    rows = ", ".join(
        f"('{table.split('.')[0]}', '{table.split('.')[1]}', '{column}')"
        for table, columns in tables_of(product).items()
        for column in columns.split()
    )
    return (
        f"select c.*, p.column_name is not null as is_present from (values {rows}) "
        "as c(table_schema, table_name, column_name) left join published_column as p "
        "on (p.table_schema, p.table_name, p.column_name) = (c.table_schema, c.table_name, c.column_name)"
    )


def contract_tables(connection: duckdb.DuckDBPyConnection) -> str:
    """Tables that every night fills; an absent one is as empty as an empty one."""
    there = tables(connection)
    return " union all ".join(
        f"select '{table}' as table_name, 1 as tables, (count(*) = 0)::int as empty from "
        + (table if tuple(table.split(".")) in there else "(select 1 where false)")
        for table in NEVER_EMPTY
    )


def _other_person(context: ProductContext) -> str:
    if context.other_product is None or not context.other_product.exists():
        return "select null::varchar as person_key where false"
    return "select distinct person_key from other.core.person"


def _person_tally(connection: duckdb.DuckDBPyConnection) -> str:
    """By table: rows that speak of a person, of no person in core.person, under no pseudonym."""
    listed = connection.execute(
        "select schema_name || '.' || table_name from duckdb_columns() where database_name = "
        "current_database() "
        "and column_name = 'person_key' and list_contains(?, schema_name) order by all",
        [list(SCHEMAS)],
    ).fetchall()
    return " union all ".join(
        f"select '{table}' as place, coalesce(sum(rows), 0)::bigint as rows, "
        "coalesce(sum(rows) filter (where p.person_key is null), 0)::bigint as unknown, "
        "coalesce(sum(rows) filter (where not coalesce("
        "regexp_full_match(t.person_key, '[0-9a-f]{64}'), false)), 0)::bigint as malformed "
        f"from (select person_key, count(*) as rows from {table} group by person_key) as t "
        "left join (select distinct person_key from core.person) as p on p.person_key = t.person_key"
        for (table,) in listed
    )


def _month_tally() -> str:
    return " union all ".join(
        f"select 'core.person.{column}' as place, count({column}) as rows, "
        f"count(*) filter (where {column} is not null and day({column}::date) <> 1) as days from core.person"
        for column in ("birth_month", "death_month")
    )


def _release(context: ProductContext) -> str:
    before = "null::bigint" if context.people_before is None else str(int(context.people_before))
    return (
        f"select (select count(*) from core.person) as people_now, {before} as people_before, "
        f"{float(context.drop_limit)} as drop_limit, "
        f"exists (select 1 from audit.run where run_id = {literal(context.run_id)}) as is_run_recorded"
    )


def _stage_step(context: ProductContext) -> str:
    """Stages of a feed in their order, each with what the stage before put out, in this run.

    Landing is left out: a run lands new files only, and the later stages carry all files on.
    """
    place = "list_position(['current', 'pseudonymised', 'published'], stage)"
    return (
        f"select *, lag(rows_out) over (partition by source, sender order by {place}) as "
        f"rows_out_before from ("
        "select source, sender, stage, sum(rows_in) as rows_in, sum(rows_out) as rows_out from "
        "audit.reconciliation "
        f"where run_id = {literal(context.run_id)} and {place} is not null group by all)"
    )


def _practice_fall(context: ProductContext) -> str:
    """Each practice that had a list when last published: what remains of it, and what excuses a fall."""
    accepted = ", ".join(literal(code) for code in context.practice_falls_accepted) or "null"
    left = 1 - float(context.practice_drop_limit)
    return (
        "select practice_code, registered_people, registered_people_before, "
        f"registered_people < registered_people_before * {left} as is_far, "
        f"is_closed or coalesce(practice_code in ({accepted}), false) as is_excused "
        "from quality.practice_reconciliation where registered_people_before > 0"
    )


# A product without the table has no row of it; that it should have it is what the contract says.
_NO_ALERT = (
    'select null::varchar as alert_id, null::timestamp as "at", null::varchar as care_services, '
    "null::date as care_since, null::varchar as recipient_org_code where false"
)


def _listed_person(there: set[tuple[str, str]]) -> str:
    """Whom the radar, the gaps and a practice's list name, the last with the practice."""
    listed = (
        ("patient_radar", "null::varchar"),
        ("gap_in_care", "null::varchar"),
        ("mdt_list", "practice_code"),
    )
    return " union all ".join(
        f"select 'wsic.{table}' as place, person_key, {practice} as practice_code from wsic.{table}"
        for table, practice in listed
        if ("wsic", table) in there
    )


def open_columns() -> str:
    """Every column of every table and view in the open product's database beside what is agreed of it."""
    agreed = " union all ".join(
        f"select {literal(f'{OPEN_SCHEMA}.{table}')} as relation, "
        f"{literal(column.split()[0])} as column_name, {literal(column.split()[1])} as agreed"
        for table, columns in TABLES.items()
        for column in columns.split(", ")
    )
    return (
        "select relation, column_name, type, agreed from ("
        "select schema_name || '.' || table_name as relation, column_name, "
        "data_type as type from duckdb_columns() where database_name = current_database() "
        f"and not internal) full join ({agreed}) using (relation, column_name)"
    )


def count_tally(connection: duckdb.DuckDBPyConnection) -> str:
    """By column of counts in the open product: cells, and those that the rounding rule forbids."""
    listed = connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = current_database() "
        "and schema_name = ? and data_type in ('BIGINT', 'INTEGER') "
        "and column_name not in ('scale', 'metric_version') order by all",
        [OPEN_SCHEMA],
    ).fetchall()
    return " union all ".join(
        f"select 'open.{table}.{column}' as place, count({column}) as cells, count(*) filter (where "
        f"{column} < 0 or {column} between 1 and 7 or {column} % 5 <> 0) as unsafe from open.{table}"
        for table, column in listed
    )


def literal(value: object) -> str:
    """A SQL string literal; for paths and run ids, where DuckDB takes no parameter."""
    return "'" + str(value).replace("'", "''") + "'"
