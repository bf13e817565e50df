with observations as (

    select * from {{ ref('fct_observation') }}

)

select
    observation_key,
    person_key,
    source,
    category,
    code_system,
    code,
    effective_on,
    value,
    unit,
    value_code,
    activity_key,
    source_file_id,
from observations
