"""Looks in a product for what only the identity room can know: the numbers, names and dates of its people.

The expectations on a product know what an identifier looks like; this knows which ones there are.
Values of the product come in, counts by column go out, and nothing else does: kind of leak, place
(table and column), values looked at, values found. The comparing is done inside the vault's own
connection, so that no clear value leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal, values_hidden
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.standardise import define_macros
from pipeline.identity.vault import open_vault
from pipeline.keys import KeyRing, derivable, load_keys
from pipeline.keys.secret import Secret
from pipeline.settings import OPEN_PRODUCT, Settings

_HERE = Path(__file__).parent
_SCHEMAS = ("core", "wsic", "quality", "audit", "meta", "open")
_COLUMNS = """
select schema_name, table_name, column_name, data_type from duckdb_columns()
where database_name = 'product' and list_contains(?, schema_name) order by all
"""
_WHOLE_NUMBERS = ("BIGINT", "HUGEINT", "UBIGINT", "UHUGEINT")
_NEVER_LONG = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "TIME")
_DATES = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")

# One is enough: pseudonymising moves every date of a birth. Nobody born on the first of a month is counted:
# that is what everybody's birth date becomes.
_BORN_ON = """
select {0}, count(distinct person_key) from {1} where value::date = birth_date and day(birth_date) <> 1"""
_BORN_IN = """
select {0}, count(distinct person_key) from {1}
where length(value::varchar) <> 64 and regexp_matches(value::varchar, '(18|19|20)[0-9][0-9]')
    and regexp_matches(value::varchar, birth_date_forms)"""

Column = tuple[str, str, str, str]  # schema, table, column, type


def scan_for_leaks(
    settings: Settings, product: str, database: Path, *, keys: KeyRing | None = None
) -> pa.Table:
    """Counts by kind and column: kind, place, values_checked, values_found; a row for every kind of leak.

    ``database`` is the warehouse or the new version of ``product``, read only; ``keys`` the ring that its
    pseudonyms were made with, by default the deployment's. Needs the vault;
    raises :class:`SetupError` without it.
    """
    keys = keys or load_keys(settings)
    with open_vault(settings, keys, read_only=True) as connection, values_hidden("scanning for leaks"):
        define_macros(connection)
        connection.execute(f"attach {literal(database)} as product (read_only)")
        columns = connection.execute(_COLUMNS, [list(_SCHEMAS)]).fetchall()
        connection.execute((_HERE / "needles.sql").read_text("utf-8"))
        _key_needles(connection, derivable(settings))
        connection.execute(_said(columns))
        connection.execute((_HERE / "compare.sql").read_text("utf-8"))
        if product != OPEN_PRODUCT:
            with keyed(connection, keys.key(f"product:{product}")):
                _own_dates(connection, columns)
        return connection.execute((_HERE / "counts.sql").read_text("utf-8")).to_arrow_table()


def _key_needles(connection: DuckDBPyConnection, keys: Iterable[Secret]) -> None:
    """Table ``key_token``: every key as it might be printed, that of a rotation under way among them.

    They come in as a relation: a bound value would be a constant to the planner, and stand in its plans.
    """
    connection.register("given_key", pa.table({"key": [bytes(secret) for secret in keys]}))
    connection.execute(
        "create or replace temp table key_token as "
        "select unnest([lower(hex(key)), rtrim(base64(key), '=')]) as token from given_key"
    )
    connection.unregister("given_key")


def _said(columns: Iterable[Column]) -> str:
    """Temporary table ``said``: every distinct value that could hold an identifier, as text, by place."""
    selects = [
        f"select distinct {literal(f'{schema}.{table}.{column}')} as place, {value} as text "
        f"from product.{identifier(schema)}.{identifier(table)} where {value} is not null"
        for schema, table, column, kind in columns
        if (value := _as_text(identifier(column), kind))
    ]
    return "create or replace temp table said as " + " union all ".join(selects)


def _as_text(name: str, kind: str) -> str | None:
    """How a column is looked at; numbers only where they are long enough to be an NHS number."""
    if kind in _NEVER_LONG or kind in _DATES:
        return None
    if kind in _WHOLE_NUMBERS:
        return f"case when {_is_long(name)} then lpad(abs({name})::varchar, 10, '0') end"
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        return (
            f"case when {_is_long(name)} and {name} = round({name}) "
            f"then lpad(abs({name})::bigint::varchar, 10, '0') end"
        )
    return name if kind == "VARCHAR" else f"{name}::varchar"


def _is_long(name: str) -> str:
    return f"abs({name}) between 100000000 and 9999999999"


def _own_dates(connection: DuckDBPyConnection, columns: list[Column]) -> None:
    """Fills ``own_date``: by column, the people whose value is their birth date."""
    connection.execute((_HERE / "own_people.sql").read_text("utf-8"))
    with_person = {(schema, table) for schema, table, column, _ in columns if column == "person_key"}
    for schema, table, column, kind in columns:
        if (schema, table) not in with_person or column == "person_key" or not _may_hold_a_date(kind):
            continue
        relation = f"product.{identifier(schema)}.{identifier(table)}"
        people = (
            f"(select p.person_key, p.{identifier(column)} as value, o.birth_date, o.birth_date_forms "
            f"from {relation} as p inner join own_person as o on o.person_key = p.person_key "
            f"where p.{identifier(column)} is not null{_unless_of_the_run(relation, column)})"
        )
        place, of_dates = literal(f"{schema}.{table}.{column}"), kind in _DATES
        connection.execute(f"insert into own_date {_BORN_ON if of_dates else _BORN_IN}".format(place, people))


def _unless_of_the_run(relation: str, column: str) -> str:
    """The day that a release tells of, some people's birth date, says nothing where it is all rows'."""
    return f" and (select count(distinct as_of) from {relation}) > 1" if column == "as_of" else ""


def _may_hold_a_date(kind: str) -> bool:
    is_number = kind in (*_NEVER_LONG, "DOUBLE", "FLOAT") or kind.startswith("DECIMAL")
    return kind in _DATES or not is_number
