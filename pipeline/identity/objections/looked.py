"""A look through a stage of a product for keys that may not be there, in whatever column or view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal
from pipeline.identity.kept_lengths import kept_lengths

_PERSON_KEY = "person_key"  # how the name of every column of person keys ends
_KEY_DIGITS = 64  # hexadecimal digits of a key
# What stands in dbt's inner layers is in no version: it is looked at where it is published.
_RELATIONS = """
select schema_name, name from (
    select database_name, schema_name, table_name as name from duckdb_tables()
    union all
    select database_name, schema_name, view_name from duckdb_views() where not internal
)
where database_name = 'looked' and schema_name not in ('staging', 'intermediate', 'marts')
order by all
"""
_NO_TEXT = ("BOOLEAN", "DATE", "DOUBLE", "FLOAT", "DECIMAL", "TIME", "INTERVAL", "UUID",
            "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
            "UBIGINT", "UHUGEINT")  # fmt: skip

Columns = Mapping[str, str]  # name -> type


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look through a stage found: tables, keys looked at, and what should not be there."""

    tables: int
    keys: int
    people: int
    rows: int


@contextmanager
def tables_of(connection: DuckDBPyConnection, place: Path) -> Iterator[dict[str, Columns]]:
    """Relation -> its columns that may hold a key, for every table of a folder of Parquet or a database."""
    if place.is_dir():
        relations = [f"read_parquet({literal(path)})" for path in sorted(place.glob("*.parquet"))]
        yield {relation: _columns(connection, relation) for relation in relations}
        return
    connection.execute(f"attach {literal(place)} as looked (read_only)")
    try:
        names = connection.execute(_RELATIONS).fetchall()
        relations = [f"looked.{identifier(schema)}.{identifier(table)}" for schema, table in names]
        yield {relation: _columns(connection, relation) for relation in relations}
    finally:
        connection.execute("detach looked")


def look(connection: DuckDBPyConnection, tables: Mapping[str, Columns]) -> Looked:
    """Compare every column with the tables ``allowed_key`` (key) and ``unwanted_key`` (key, is_person).

    In a column of person keys only an allowed one may stand; nowhere may that of anybody else, or of a row
    that stays out, alone or inside a longer text.
    """
    connection.execute("create or replace temp table found_person (key varchar)")
    keys = rows = 0
    for relation, columns in tables.items():
        of_people = [
            name for name, kind in columns.items() if kind == "VARCHAR" and name.endswith(_PERSON_KEY)
        ]
        for column in of_people:
            keys += _of_people(connection, relation, identifier(column))
        others = {name: kind for name, kind in columns.items() if name not in of_people}
        rows += _of_anything(connection, relation, others) if others else 0
    return Looked(len(tables), keys, _count(connection, "select count(distinct key) from found_person"), rows)


def _columns(connection: DuckDBPyConnection, relation: str) -> Columns:
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return {name: kind for name, kind, *_ in described if kind.endswith("]") or not kind.startswith(_NO_TEXT)}


def _of_people(connection: DuckDBPyConnection, relation: str, name: str) -> int:
    """Keys in a column of person keys; those that are not allowed go to ``found_person``."""
    connection.execute(
        f"create or replace temp table key_of_table as select distinct {name} as key "
        f"from {relation} where {name} is not null"
    )
    connection.execute("insert into found_person from key_of_table anti join allowed_key using (key)")
    return _count(connection, "select count(*) from key_of_table")


def _of_anything(connection: DuckDBPyConnection, relation: str, columns: Columns) -> int:
    """How often keys of rows that stay out stand there; those of people who do go to ``found_person``."""
    lengths = _lengths(connection, relation, columns)
    as_long = [text for text, length in lengths.items() if length >= _KEY_DIGITS]
    longer = [text for text in as_long if lengths[text] > _KEY_DIGITS]
    if not as_long:
        return 0
    keys = [
        f"select lower({text}) as key from {relation} where strlen({text}) = {_KEY_DIGITS}"
        for text in as_long
    ] + [
        f"select unnest(keys_within(lower({text}))) as key "
        f"from {relation} where strlen({text}) > {_KEY_DIGITS}"
        for text in longer
    ]
    connection.execute(
        "create or replace temp table key_of_table as select key, is_person, count(*) as rows from "
        f"({' union all '.join(keys)}) inner join unwanted_key using (key) group by all"
    )
    connection.execute("insert into found_person select key from key_of_table where is_person")
    return _count(connection, "select coalesce(sum(rows), 0) from key_of_table where not is_person")


def _lengths(connection: DuckDBPyConnection, relation: str, columns: Columns) -> dict[str, int]:
    """Bytes that no value is longer than, by the column's SQL as text; of most columns too few for a key.

    What the database keeps no count of is looked through, all of it in one pass.
    """
    known = kept_lengths(connection, relation, [name for name, kind in columns.items() if kind == "VARCHAR"])
    lengths = {identifier(name): length for name, length in known.items()}
    texts = [f"hex({identifier(name)})" if kind == "BLOB" else f"{identifier(name)}::varchar"
             for name, kind in columns.items() if name not in known]  # fmt: skip
    if texts:
        longest = ", ".join(f"coalesce(max(strlen({text})), 0)" for text in texts)
        found = connection.execute(f"select {longest} from {relation}").fetchall()[0]
        lengths |= dict(zip(texts, found, strict=True))
    return lengths


def define_keys_within(connection: DuckDBPyConnection) -> None:
    """Macro ``keys_within``: every run of 64 hexadecimal digits in a text, overlapping ones too."""
    connection.execute(f"""
create or replace temp macro keys_within(text) as flatten(list_transform(
    regexp_extract_all(text, '[0-9a-f]{{{_KEY_DIGITS},}}'),
    lambda run: list_transform(
        range(1, length(run) - {_KEY_DIGITS - 2}), lambda i: substr(run, i, {_KEY_DIGITS}))));
""")


def _count(connection: DuckDBPyConnection, query: str) -> int:
    return int((connection.execute(query).fetchone() or (0,))[0])
