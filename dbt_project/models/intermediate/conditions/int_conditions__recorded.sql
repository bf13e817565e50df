with coded as (

    select person_key, source, code_system, code, dated_on, clinical_status, abated_on
    from {{ ref('int_conditions__placed') }}
    union all by name
    select person_key, source, code_system, code, effective_on as dated_on
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
        coded.abated_on,
        coalesce(coded.clinical_status in ('resolved', 'remission'), false) as is_marked_resolved,
        conditions.condition_id,
        classified.codelist = conditions.resolved_codelist as is_resolution,
    from coded
    inner join classified on coded.code_system = classified.code_system and coded.code = classified.code
    inner join conditions
        on classified.codelist = conditions.codelist or classified.codelist = conditions.resolved_codelist

)

-- One row a coded entry of a condition; an entry that says when it ended tells its resolution as well.
select person_key, source, condition_id, dated_on as recorded_on, is_resolution
from known
union all
select person_key, source, condition_id, coalesce(abated_on, dated_on) as recorded_on, true as is_resolution
from known
where is_marked_resolved or abated_on is not null
