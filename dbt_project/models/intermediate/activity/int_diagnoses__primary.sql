with conditions as (

    select * from {{ ref('int_conditions__unioned') }}
    where encounter_key is not null and position = 1

),

encounters as (

    select * from {{ ref('int_encounters__placed') }}

),

spells as (

    select spell_key, first_episode_key from {{ ref('fct_hospital_spell') }}

)

-- Of a spell, what its first episode was for.
select
    encounters.activity_key,
    min(conditions.code) as primary_diagnosis_code,
from conditions
inner join encounters on conditions.encounter_key = encounters.encounters_key
left join spells on encounters.activity_key = spells.spell_key
where encounters.episode_key is null or encounters.episode_key = spells.first_episode_key
group by encounters.activity_key
