with diagnosis as (

    select * from {{ ref('fct_diagnosis') }}

)

select
    diagnosis_key,
    activity_key,
    episode_key,
    person_key,
    code_system,
    code,
    position,
    recorded_on,
    source,
    source_file_id,
from diagnosis
