with spans as (

    select * from {{ ref('fct_person_history') }}

)

select
    person_key,
    birth_month,
    age_years,
    sex,
    ethnic_category,
    ethnic_group,
    lsoa_code,
    imd_decile,
    imd_version,
    local_authority_code,
    practice_code,
    pcn_code,
    is_registered,
    death_month,
    is_deceased,
    age_band,
    generalised_level,
    published_from,
    published_until,
from spans
