"""A day in everybody's row is the birth date of some: in an area of real size no night would be published."""

from __future__ import annotations

import duckdb

NIGHTS = {"as_of", "published_from"}  # the leak scan knows the first; newborns have another of the second
DAY = r"\b([12][0-9]{3}[-./]?[01][0-9][-./]?[0-3][0-9]|[0-3][0-9][-./]?[01][0-9][-./]?[12][0-9]{3})\b"


def columns_about_people(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return warehouse.execute(
        """
        with told as (
            select schema_name || '.' || table_name as place, column_name, data_type from duckdb_columns()
            where schema_name in ('core', 'wsic', 'quality', 'audit', 'meta')
        )
        select place, column_name, data_type from told
        where place in (select place from told where column_name = 'person_key')
            and (data_type = 'VARCHAR' or data_type = 'DATE' or data_type like 'TIMESTAMP%')
        """
    ).fetchall()


def test_no_column_says_one_day_of_everybody(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = columns_about_people(warehouse)
    assert len(columns) > 100
    wrong = []
    for place, column, kind in columns:
        one = (
            f'select any_value("{column}")::varchar from {place} '
            f'having count(distinct "{column}") = 1 and count(*) > 50'
        )
        said = warehouse.execute(one).fetchall()
        is_day = kind != "VARCHAR" or (
            said and warehouse.execute("select regexp_matches(?, ?)", [said[0][0], DAY]).fetchall()[0][0]
        )
        if said and is_day and column not in NIGHTS:
            wrong.append(f"{place}.{column}")
    assert wrong == []
