{{ config(materialized='table') }}
{%- set entities = {
    'patients': {}, 'addresses': {},
    'encounters': {'date': 'start_at::date'}, 'appointments': {'date': 'start_at::date'},
    'episodes_of_care': {'date': 'start_on'}, 'service_requests': {'date': 'authored_on'},
    'conditions': {'date': 'coalesce(onset_on, recorded_on)', 'code': 'code'},
    'observations': {'date': 'effective_on', 'code': 'code'},
    'procedures': {'date': 'performed_on', 'code': 'code'},
    'medication_requests': {'date': 'authored_on', 'code': 'code'},
    'immunizations': {'date': 'occurred_on', 'code': 'code'},
    'allergy_intolerances': {'date': 'recorded_on', 'code': 'code'},
    'care_plans': {'date': 'start_on', 'code': 'category_code'}
} -%}
{%- set published = [
    'fct_registration', 'fct_activity', 'fct_hospital_episode', 'fct_diagnosis', 'fct_procedure',
    'fct_observation', 'fct_medication', 'fct_referral', 'fct_care_package', 'fct_ambulance_incident'
] -%}
with files as (

    select file_id, row_number() over (order by file_id)::integer as file_number
    from {{ ref('stg_ledger__files') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

rows_seen as (

    {% for entity, columns in entities.items() -%}
    select
        source_file_id,
        source_row,
        {{ person_number('person_key') }} as person_number,
        {{ columns.date or 'null::date' }} as dated_on,
        {{ columns.code ~ ' is null' if columns.code else 'false' }} as is_uncoded,
        {{ 'true' if entity in ('patients', 'addresses') else 'false' }} as is_published,
    from {{ ref('int_' ~ entity ~ '__unioned') }}
    union all
    {% endfor -%}
    {% for mart in published -%}
    select
        source_file_id,
        source_row,
        null as person_number,
        null as dated_on,
        false as is_uncoded,
        true as is_published,
    from {{ ref(mart) }}
    {% if not loop.last %}union all
    {% endif -%}
    {% endfor %}

),

-- A received row counts as published when anything that was made of it stands in a published table.
traced as (

    select
        files.file_number,
        rows_seen.source_row,
        any_value(files.file_id) as file_id,
        any_value(rows_seen.person_number) as person_number,
        bool_or(rows_seen.is_published) as is_published,
        bool_or(rows_seen.dated_on > current_run.as_of) as is_after_as_of,
        bool_or(rows_seen.is_uncoded) as is_uncoded,
    from rows_seen
    cross join current_run
    inner join files on rows_seen.source_file_id = files.file_id
    group by files.file_number, rows_seen.source_row

)

select
    file_id,
    source_row,
    person_number,
    is_published,
    case
        when is_published then null
        when is_after_as_of then 'after_as_of'
        when is_uncoded then 'uncoded'
        else 'not_in_scope'
    end as reason,
from traced
