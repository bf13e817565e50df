with episodes as (

    select * from {{ ref('int_hospital_episodes__ordered') }}

),

spells as (

    select spell_key from {{ ref('fct_hospital_spell') }}

)

select
    episodes.encounters_key as episode_key,
    spells.spell_key,
    episodes.person_key,
    coalesce(episodes.episode_number, episodes.n_in_spell) as episode_number,
    episodes.start_at::date as start_date,
    episodes.end_at::date as end_date,
    episodes.treatment_function_code,
    episodes.main_specialty_code,
    episodes.source_file_id,
    episodes.source_row,
from episodes
inner join spells on episodes.part_of_key = spells.spell_key
