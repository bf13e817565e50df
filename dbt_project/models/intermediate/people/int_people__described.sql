with people as (

    select person_key from {{ ref('int_patients__unioned') }}
    union
    select person_key from {{ ref('stg_linkage__person_sources') }}

),

merged as (

    select * from {{ ref('int_patients__merged') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

current_registrations as (

    select registrations.*
    from {{ ref('int_registrations__cut') }} as registrations
    cross join current_run
    where coalesce(registrations.end_on, date '9999-12-31') > current_run.as_of

),

practices as (

    select practices.*
    from {{ ref('int_practices__placed') }} as practices
    cross join current_run
    where
        practices.valid_from <= current_run.as_of
        and coalesce(practices.valid_to, date '9999-12-31') >= current_run.as_of

),

ethnic_groups as (

    select * from {{ ref('ethnic_groups') }}

),

deprivation as (

    select * from {{ ref('int_areas__ranked') }}

)

select
    people.person_key,
    merged.birth_month,
    {{ age_in_years('merged.birth_month', 'coalesce(merged.died_on, current_run.as_of)') }} as age_years,
    coalesce(merged.sex, 'unknown') as sex,
    merged.ethnic_category,
    coalesce(ethnic_groups.ethnic_group, 'Unknown') as ethnic_group,
    merged.lsoa_code,
    deprivation.imd_decile,
    deprivation.imd_version,
    merged.local_authority_code,
    current_registrations.practice_code,
    practices.pcn_code,
    current_registrations.practice_code is not null and not coalesce(merged.is_deceased, false) as is_registered,
    merged.died_on,
    coalesce(merged.is_deceased, false) as is_deceased,
    merged.accommodation_status,
from people
cross join current_run
left join merged on people.person_key = merged.person_key
left join current_registrations on people.person_key = current_registrations.person_key
left join practices on current_registrations.practice_code = practices.practice_code
left join ethnic_groups on merged.ethnic_category = ethnic_groups.ethnic_category
left join deprivation on merged.lsoa_code = deprivation.lsoa_code
