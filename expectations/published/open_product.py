"""The open product: aggregates only, every count rounded or suppressed (NHS England, HES rule)."""

from __future__ import annotations

from expectations.results import CRITICAL
from expectations.rules import Suite, each_row, tallied

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
    ),
)
