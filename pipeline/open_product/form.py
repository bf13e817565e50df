"""Whether a database has what this code reads of it: homes hold versions that earlier code made."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

# What is counted, of a published secondary_use; and what is compared, of a release of the open product.
COUNTED: Mapping[str, str] = {
    "wsic.metric": "metric_id metric_version period_type period_start period_end area_type area_code "
    "group_type group_value numerator denominator unit coverage numerator_measure denominator_measure "
    "n_numerator_people numerator_largest n_denominator_people denominator_largest",
    "wsic.population_count": "area_type area_code age_band sex segment_id segment_name people",
    "wsic.area_overlap": "period_type period_start borough_code pcn_code",
    "core.person": "practice_code pcn_code",
    "audit.run": "run_id as_of started_at",
}
RELEASED: Mapping[str, str] = {
    "open.release": "as_of",
    "open.population": "area_type area_code age_band sex people",
    "open.segment": "area_type area_code segment_id people",
    "open.metric": "metric_id period_type period_start period_end area_type area_code group_type group_value "
    "numerator denominator",
}


def lacking(connection: duckdb.DuckDBPyConnection, database: str, wanted: Mapping[str, str]) -> list[str]:
    """Tables and columns of ``wanted`` that the attached ``database`` has not, as ``schema.table.column``."""
    found = connection.execute(
        "select schema_name || '.' || table_name || '.' || column_name from duckdb_columns() "
        "where database_name = ?",
        [database],
    ).fetchall()
    has = {name for (name,) in found}
    return [
        f"{table}.{column}"
        for table, columns in wanted.items()
        for column in columns.split()
        if f"{table}.{column}" not in has
    ]
