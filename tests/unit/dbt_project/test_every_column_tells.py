"""No published column is empty of everybody without a reason: else it looks like knowledge of nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import duckdb

# Of three hundred people, on a first night of `secondary_use`. Made-up senders write less than real ones may;
# unit tests of the models hold what becomes of it.
SENDERS_LEAVE_OUT: Mapping[str, str] = {
    "audit.objection_check": "request_id asked_on numbers_asked",
    "core.activity": "site_code",
    "core.ambulance_incident": "contact_source location_type destination_site_code chief_complaint_code",
    "core.care_package": "client_type event_outcome",
    "core.care_package_history": "client_type event_outcome",
    "core.hospital_episode": "end_date main_specialty_code",
    "core.medication": "authorisation_key ended_on course_of_therapy duration_days",
    "core.observation": "value_code",
    "core.referral": "closed_on priority_code referral_source referral_reason closure_reason",
    "meta.data_dictionary": "sources legal_bases purposes",
}
ON_A_FIRST_NIGHT: Mapping[str, str] = {
    "audit.run": "ended_at",
    "core.care_package_history": "published_until",
    "core.condition_history": "published_until",
    "core.person_history": "published_until",
    "core.practice_history": "published_until",
    "core.registration_history": "published_until",
    "wsic.population_segment_history": "published_until",
    "wsic.risk_stratification_history": "published_until",
}
TOO_FEW_ALIKE: Mapping[str, str] = dict.fromkeys(
    ("core.person", "core.person_history"),
    "birth_month age_years ethnic_category lsoa_code imd_decile imd_version death_month",
)


def test_no_published_column_is_empty_of_everybody(warehouse: duckdb.DuckDBPyConnection) -> None:
    expected: dict[str, set[str]] = defaultdict(set)
    for reasons in (SENDERS_LEAVE_OUT, ON_A_FIRST_NIGHT, TOO_FEW_ALIKE):
        for table, columns in reasons.items():
            expected[table] |= set(columns.split())
    assert empty(warehouse) == expected


def empty(warehouse: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Columns without a value in any row, of tables that have rows."""
    columns = warehouse.execute(
        "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
        "where schema_name in ('core', 'wsic', 'quality', 'audit', 'meta') group by all"
    ).fetchall()
    assert len(columns) > 50
    found = {}
    for table, names in columns:
        counts = ", ".join(f'count("{name}")' for name in names)
        n_rows, *filled = warehouse.execute(f"select count(*), {counts} from {table}").fetchone()
        assert n_rows > 0, table
        if 0 in filled:
            found[table] = {name for name, n in zip(names, filled, strict=True) if n == 0}
    return found
