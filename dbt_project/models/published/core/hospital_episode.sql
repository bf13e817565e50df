with hospital_episodes as (

    select * from {{ ref('fct_hospital_episode') }}

)

select
    episode_key,
    spell_key,
    person_key,
    episode_number,
    start_date,
    end_date,
    treatment_function_code,
    main_specialty_code,
    source_file_id,
from hospital_episodes
