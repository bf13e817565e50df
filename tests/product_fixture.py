"""A small warehouse of one product with every table of the contract, for tests of what comes after dbt."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from expectations.product_relations import ProductContext
from expectations.published import index_leaks
from expectations.published.contract import tables_of

RUN_ID = "20260331-001"
PRODUCT = "secondary_use"
AS_OF = date(2026, 3, 31)
PEOPLE = 300

_KINDS = {
    "DATE": "birth_month death_month start_date end_date admitted_on discharged_on discharge_ready_on "
    "recorded_on "
    "first_recorded_on latest_recorded_on effective_on period_start period_end as_of expected_on "
    "last_extract_on "
    "extract_date month_start since due_since last_done_on last_event_on month evidence_on "
    "previous_until_month published_from published_until begins_on",
    "TIMESTAMP": "called_at start_at end_at at started_at ended_at",
    "BOOLEAN": "is_registered is_deceased is_attended is_emergency cost_is_proxy is_current is_late "
    "is_passed "
    "is_balanced is_done is_closed",
    "BIGINT": "age_years length_of_stay_days episode_number position rows_in rows_out rows_landed "
    "rows_quarantined "
    "rows_withheld rows_superseded rows_checked rows_failed records people imd_decile estimated_missed "
    "estimated_false n_numerator_people numerator_largest n_denominator_people denominator_largest n "
    "n_events n_at_least registered_people registered_people_before sender_count",
    "INTEGER": "metric_version",
    "DOUBLE": "cost_gbp value weekly_cost_gbp numerator denominator value_low value_high link_confidence",
}
_TYPE = {name: kind for kind, names in _KINDS.items() for name in names.split()}

_ROWS = f"""
insert into core.person by name
select sha256('person' || i) as person_key, date '1950-01-01' as birth_month,
    case when i % 5 = 0 then 80 when i % 5 = 1 then 10 else 40 end as age_years,
    case when i % 2 = 0 then 'female' else 'male' end as sex, 'A' as ethnic_category, 'White' as ethnic_group,
    'E01000001' as lsoa_code, 1 + i % 10 as imd_decile, '2019' as imd_version,
    case when i % 3 = 0 then 'E09000005' else 'E09000009' end as local_authority_code,
    case when age_years = 80 then '75-84' when age_years = 10 then '5-17' else '18-64' end as age_band,
    'E8400' || (i % 4) as practice_code, 'U0000' || (i % 2) as pcn_code, true as is_registered,
    false as is_deceased
from range({PEOPLE}) as t(i);
insert into quality.k_anonymity by name
select '{RUN_ID}' as run_id, date '{AS_OF}' as as_of, 'core.person' as table_name,
    unnest(['before', 'after', 'practice_known']) as stage, 5 as k;
insert into core.person_source by name
select person_key, 'gp' as source, 'YGM01' as sender, 'registered' as link_step,
    100 as link_confidence from core.person;
insert into core.registration by name
select person_key, practice_code, date '2020-01-01' as start_date from core.person;
insert into core.activity by name
select sha256('activity' || i) as activity_key, sha256('person' || (i % {PEOPLE})) as person_key,
    'acute' as source,
    'RYJ' as sender, 'acute' as setting, 'inpatient_spell' as activity_type,
        timestamp '2026-01-01 10:00:00' as start_at,
    timestamp '2026-01-04 10:00:00' as end_at, 'RYJ' as provider_code, true as is_attended,
        true as is_emergency,
    3 as length_of_stay_days, 'I219' as primary_diagnosis_code, '300' as treatment_function_code,
        1200.0 as cost_gbp,
    'reference' as cost_source, false as cost_is_proxy, '0123456789abcdef' as source_file_id
from range(400) as t(i);
insert into core.hospital_spell by name
select activity_key as spell_key, activity_key as inpatient_spell_group, person_key, provider_code,
    start_at::date as admitted_on, end_at::date as discharged_on, '21' as admission_method from core.activity;
insert into wsic.population_segment by name
select person_key, date '{AS_OF}' as as_of,
    case when age_years < 16 then 'children' else 'mostly_healthy_adult' end as segment_id,
    'Mostly healthy adults' as segment_name, '1' as rule_version, 'age' as reason from core.person;
insert into wsic.population_count by name
with placed as (
    select p.*, s.segment_id, s.segment_name,
        unnest(['system', 'borough', 'pcn', 'practice']) as area_type,
        unnest(['system', local_authority_code, pcn_code, practice_code]) as area_code
    from core.person as p inner join wsic.population_segment as s on p.person_key = s.person_key
)
select area_type, area_code, age_band, sex, 'all' as segment_id, 'All segments' as segment_name,
    count(*) as people
from placed group by all
union all by name
select area_type, area_code, 'all' as age_band, 'all' as sex, segment_id, segment_name, count(*) as people
from placed group by all;
insert into wsic.area_overlap by name
select 'night' as period_type, date '{AS_OF}' as period_start, date '{AS_OF}' as period_end,
    local_authority_code as borough_code, pcn_code, count(*) as people from core.person group by all;
insert into wsic.metric by name
select 'emergency_admissions' as metric_id, '1' as metric_version, 'month' as period_type,
    date '2026-01-01' as period_start,
    date '2026-01-31' as period_end, a.area_type, a.area_code, 'all' as group_type, 'all' as group_value,
    a.numerator, a.denominator, a.numerator / nullif(a.denominator, 0) * 1000 as value,
        'per 1000 people' as unit,
    value as value_low, value as value_high, 'complete' as coverage
from (values ('system', 'NWL', 63.0, 300.0), ('borough', 'E09000005', 3.0, 100.0), ('borough',
    'E09000009', 20.0, 100.0),
    ('borough', 'E09000013', 40.0, 100.0), ('practice', 'E84000', 12.0, 75.0), ('practice', 'E84001',
        0.0, 0.0))
    as a(area_type, area_code, numerator, denominator);
insert into wsic.metric by name
select 'outpatient_did_not_attend' as metric_id, '1' as metric_version, 'month' as period_type,
    date '2026-01-01' as period_start,
    date '2026-01-31' as period_end, 'system' as area_type, 'NWL' as area_code, 'all' as group_type,
        'all' as group_value,
    20.0 as numerator, 100.0 as denominator, 20.0 as value, 'per cent' as unit, 20.0 as value_low,
        20.0 as value_high,
    'complete' as coverage;
update wsic.metric set numerator_measure = metric_id,
    denominator_measure = if(unit = 'per cent', 'outpatient_appointments', 'people'),
    n_numerator_people = numerator, numerator_largest = least(numerator, 1),
    n_denominator_people = denominator, denominator_largest = least(denominator, 1);
insert into wsic.patient_radar by name
select person_key, 'frequent_attender' as flag_id, 'Often there' as flag_name, date '2026-01-01' as since,
    5 as n_events, date '2026-01-01' as last_event_on, 5 as n_at_least
from core.person where age_years = 80;
insert into wsic.gap_in_care by name
select person_key, 'flu_vaccination_older' as measure_id, 'Flu vaccination' as measure_name, 'age' as because,
    sex = 'male' as is_done, if(is_done, date '2025-10-01', null) as last_done_on,
    if(is_done, null, date '2025-09-01') as due_since
from core.person where age_years = 80;
insert into quality.feed_coverage by name
select date '{AS_OF}' as as_of, 'acute' as source, 'RYJ' as sender, 'sus' as feed,
    date '{AS_OF}' as expected_on,
    date '{AS_OF}' as last_extract_on, false as is_late, 412 as rows_in, 'complete' as coverage;
insert into quality.practice_reconciliation by name
select date '{AS_OF}' as as_of, 'E8400' || i as practice_code, 4500 as registered_people,
    5000 as registered_people_before, 4500 as sender_count, false as is_closed, true as is_passed
from range(4) as t(i);
insert into audit.run by name
select '{RUN_ID}' as run_id, date '{AS_OF}' as as_of, timestamp '2026-03-31 02:00:00' as started_at,
    'running' as outcome, '0.1.0' as code_version, 'abcdefabcdefabcd' as key_ids;
insert into audit.file_outcome by name
select '{RUN_ID}' as run_id, 'acute' as source, 'RYJ' as sender, date '{AS_OF}' as extract_date,
    'APC.csv' as file_name,
    sha256('file') as file_sha256, 412 as rows_in, 410 as rows_landed, 2 as rows_quarantined,
        'landed' as outcome;
insert into audit.reconciliation by name
select '{RUN_ID}' as run_id, 'acute' as source, 'RYJ' as sender, 'APC.csv' as file_name, s.*,
    true as is_balanced
from (values ('landing', 412, 410, 2, 0, 0), ('current', 410, 405, 0, 0, 5), ('pseudonymised', 405, 400,
    0, 5, 0),
    ('published', 400, 400, 0, 0, 0)) as s(stage, rows_in, rows_out, rows_quarantined, rows_withheld,
        rows_superseded);
insert into audit.withheld by name
select '{RUN_ID}' as run_id, 'secondary_use' as product, 'national_opt_out' as reason, 3 as people, 5 as rows;
"""
_DICTIONARY = """
insert into meta.data_dictionary by name
select schema_name || '.' || table_name as table_name, column_name, data_type as type,
    'what it means' as meaning,
    'keep' as handling, 'somewhere' as source_columns
from duckdb_columns() where schema_name in ('core', 'wsic', 'quality', 'audit', 'meta') and not internal
"""


def make_warehouse(path: Path) -> Path:
    """Write the database; every table stands in the order that its rows were inserted in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_warehouse())
    return path


@cache
def _warehouse() -> bytes:
    """The file, which is made once in a process."""
    with TemporaryDirectory() as folder:
        return _make(Path(folder) / "made.duckdb").read_bytes()


def _make(path: Path) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema staging; create table staging.stg_gp__patients as select 1 as person_key"
        )
        for table, columns in tables_of(PRODUCT).items():
            listed = ", ".join(f'"{name}" {_TYPE.get(name, "VARCHAR")}' for name in columns.split())
            connection.execute(
                f"create schema if not exists {table.split('.')[0]}; create table {table} ({listed})"
            )
        connection.execute(_ROWS)
        connection.execute(_DICTIONARY)
    return path


def make_released(path: Path, database: Path) -> Path:
    """The list of people that eligibility let in: exactly those of the database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"copy (select * from core.person_source) to '{path}' (format parquet)")
    return path


def no_leaks(_database: object = None) -> pa.Table:
    """What the identity room says of a product in which it found nothing."""
    kinds = [rule.rule_id.removeprefix("no_") for rule in index_leaks.SUITE.rules]
    rows = [{"kind": kind, "place": "product", "values_checked": 1, "values_found": 0} for kind in kinds]
    return pa.Table.from_pylist(rows)


def run_sql(database: Path, *statements: str) -> None:
    """Change the database."""
    with duckdb.connect(str(database)) as connection:
        for statement in statements:
            connection.execute(statement)


def context(released: Path, **changes: object) -> ProductContext:
    """The context of a healthy night."""
    return ProductContext(
        **{
            "run_id": RUN_ID,
            "product": PRODUCT,
            "as_of": AS_OF,
            "released": released,
            "drop_limit": 0.2,
            "practice_drop_limit": 0.1,
            "people_before": PEOPLE,
            **changes,
        }  # type: ignore[arg-type]
    )
