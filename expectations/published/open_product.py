"""The open product: aggregates only, every count rounded or suppressed (NHS England, HES rule)."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.results import CRITICAL
from expectations.rules import Suite, each_row, tallied

# All that the open product holds, each column with its type: what is not listed here is served to nobody.
TABLES: Mapping[str, str] = {
    "release": "run_id VARCHAR, as_of DATE, rule VARCHAR",
    "population": "area_type VARCHAR, area_code VARCHAR, age_band VARCHAR, sex VARCHAR, people BIGINT, "
    "is_suppressed BOOLEAN",
    "segment": "area_type VARCHAR, area_code VARCHAR, segment_id VARCHAR, segment_name VARCHAR, "
    "people BIGINT, is_suppressed BOOLEAN",
    "metric": "metric_id VARCHAR, metric_version INTEGER, period_type VARCHAR, period_start DATE, "
    "period_end DATE, area_type VARCHAR, area_code VARCHAR, group_type VARCHAR, group_value VARCHAR, "
    "numerator BIGINT, denominator BIGINT, value DOUBLE, unit VARCHAR, scale INTEGER, is_suppressed BOOLEAN, "
    "coverage VARCHAR",
    "feed_coverage": "as_of DATE, source VARCHAR, sender VARCHAR, feed VARCHAR, "
    "is_late BOOLEAN, coverage VARCHAR",
    "data_dictionary": "table_name VARCHAR, column_name VARCHAR, type VARCHAR, "
    "meaning VARCHAR, handling VARCHAR",
}

SUITE = Suite(
    word="published.open",
    rules=(
        each_row(
            "no_person_level_column",
            CRITICAL,
            "no column of the open product is a key of a person or of a record",
            table="published_column",
            failed="ends_with(column_name, '_key') or data_type not in "
            "('VARCHAR', 'BIGINT', 'INTEGER', 'DOUBLE', 'BOOLEAN', 'DATE')",
            place="table_schema || '.' || table_name || '.' || column_name",
        ),
        tallied(
            "counts_disclosed_safely",
            CRITICAL,
            "every count is 0, suppressed, or a multiple of 5 from 10 on",
            table="count_tally",
            checked="cells",
            failed="unsafe",
            place="place",
        ),
        each_row(
            "suppressed_has_no_value",
            CRITICAL,
            "a suppressed metric has no value, and a value comes from the rounded numbers",
            table="open.metric",
            failed="(is_suppressed and value is not null) "
            "or (is_suppressed <> (numerator is null or denominator is null)) "
            "or abs(value - numerator * scale / denominator) > 1e-6",
            place="metric_id",
        ),
        each_row(
            "tables_as_agreed",
            CRITICAL,
            "the open product has the tables and columns that are agreed, of their types, and no others",
            table="open_column",
            failed="type is distinct from agreed",
            place="relation || '.' || column_name",
        ),
        tallied(
            "rows_were_counted",
            CRITICAL,
            "every row is of a count, feed or run of the source, with its labels, and stands once",
            table="uncounted_row",
            checked="rows_checked",
            failed="rows_failed",
            place="place",
        ),
    ),
)
