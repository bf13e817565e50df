with entries as (

    select encounters_key, start_at::date as started_on from {{ ref('stg_acute__encounters') }}

),

-- The day on which an entry was written comes first: a day of onset in the past would tell of what nobody knew then.
coded as (

    select
        person_key,
        code_system,
        code,
        coalesce(recorded_on, onset_on) as known_on,
        abated_on,
        coalesce(clinical_status in ('resolved', 'remission'), false) as is_marked_resolved,
    from {{ ref('stg_gp__conditions') }}
    union all
    select
        conditions.person_key,
        conditions.code_system,
        conditions.code,
        coalesce(conditions.recorded_on, entries.started_on, conditions.onset_on) as known_on,
        conditions.abated_on,
        coalesce(conditions.clinical_status in ('resolved', 'remission'), false) as is_marked_resolved,
    from {{ ref('stg_acute__conditions') }} as conditions
    left join entries on conditions.encounter_key = entries.encounters_key
    union all
    select
        person_key,
        code_system,
        code,
        effective_on as known_on,
        null::date as abated_on,
        false as is_marked_resolved,
    from {{ ref('stg_gp__observations') }}

),

conditions as (

    select condition_id, is_lifelong, codelist, false as is_resolution from {{ ref('conditions') }}
    union all
    select condition_id, is_lifelong, resolved_codelist as codelist, true as is_resolution from {{ ref('conditions') }}

),

listed as (

    select
        codelists.code_system,
        codelists.code,
        conditions.condition_id,
        conditions.is_lifelong,
        conditions.is_resolution,
    from {{ ref('stg_reference__codelists') }} as codelists
    inner join conditions on codelists.codelist = conditions.codelist

),

codes as (

    select distinct code_system, code, {{ plain_code('code') }} as plain_code from coded
    where code is not null

),

-- ICD-10 lists hold blocks, so a code belongs to every list that has the beginning of it.
meant as (

    select distinct
        codes.code_system,
        codes.code,
        listed.condition_id,
        listed.is_lifelong,
        listed.is_resolution,
    from codes
    inner join listed
        on
            codes.code_system = listed.code_system
            and (
                codes.plain_code = listed.code
                or (codes.code_system = 'icd10' and starts_with(codes.plain_code, listed.code))
            )

),

known as (

    select
        coded.person_key,
        coded.known_on,
        coded.abated_on,
        coded.is_marked_resolved,
        meant.condition_id,
        meant.is_lifelong,
        meant.is_resolution,
    from coded
    inner join meant on coded.code_system = meant.code_system and coded.code = meant.code
    where coded.known_on is not null

)

select person_key, condition_id, is_lifelong, known_on, is_resolution from known
union all
select person_key, condition_id, is_lifelong, coalesce(abated_on, known_on) as known_on, true as is_resolution
from known
where is_marked_resolved or abated_on is not null
