with conditions as (

    select * from {{ ref('int_conditions__placed') }}
    where activity_key is not null

)

select
    conditions_key as diagnosis_key,
    activity_key,
    episode_key,
    person_key,
    code_system,
    code,
    position,
    coalesce(recorded_on, dated_on) as recorded_on,
    source,
    source_file_id,
    source_row,
from conditions
