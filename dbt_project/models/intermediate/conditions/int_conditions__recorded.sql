{{ config(materialized='table') }}
with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

coded as (

    select person_key, source, code_system, code, dated_on, known_on, clinical_status, abated_on
    from {{ ref('int_conditions__placed') }}
    union all by name
    select person_key, source, code_system, code, effective_on as dated_on, known_on
    from {{ ref('fct_observation') }}
    where category not in ('allergy', 'immunization', 'care-plan')

),

classified as (

    select * from {{ ref('int_codes__classified') }}

),

conditions as (

    select * from {{ ref('conditions') }}

),

known as (

    select
        coded.person_key,
        coded.source,
        coded.dated_on,
        if(coded.known_on > current_run.as_of, current_run.as_of, coded.known_on) as known_on,
        if(coded.abated_on > current_run.as_of, null, coded.abated_on) as abated_on,
        coalesce(
            coded.clinical_status in ('resolved', 'remission')
            and not coalesce(coded.abated_on > current_run.as_of, false),
            false
        ) as is_marked_resolved,
        conditions.condition_id,
        classified.codelist = conditions.resolved_codelist as is_resolution,
    from coded
    cross join current_run
    inner join classified on coded.code_system = classified.code_system and coded.code = classified.code
    inner join conditions
        on classified.codelist = conditions.codelist or classified.codelist = conditions.resolved_codelist

)

-- One row a coded entry of a condition; an entry that says when it ended tells its resolution as well, from the day on
-- which both are past. An end that is still to come has not come.
select
    person_key,
    source,
    condition_id,
    dated_on as recorded_on,
    known_on,
    is_resolution,
from known
union all
select
    person_key,
    source,
    condition_id,
    coalesce(abated_on, dated_on) as recorded_on,
    greatest(abated_on, known_on) as known_on,
    true as is_resolution,
from known
where is_marked_resolved or abated_on is not null
