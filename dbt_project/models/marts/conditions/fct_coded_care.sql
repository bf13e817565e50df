with observations as (

    select * from {{ ref('fct_observation') }}
    where effective_on is not null and category != 'allergy'

),

codelists as (

    select distinct codelist, code_system, code from {{ ref('stg_reference__codelists') }}
    where starts_with(codelist, 'care_')

),

coded as (

    select
        codelists.codelist,
        observations.person_key,
        observations.observation_key,
        observations.effective_on,
        observations.activity_key,
    from observations
    inner join codelists
        on
            observations.code_system = codelists.code_system
            and {{ plain_code('observations.code') }} = codelists.code

)

-- The latest entry of each list; of two of one day, the one that a contact was told with.
select
    codelist,
    person_key,
    effective_on as last_recorded_on,
    activity_key as last_activity_key,
from coded
qualify row_number() over (
    partition by codelist, person_key order by effective_on desc, activity_key asc nulls last, observation_key asc
) = 1
