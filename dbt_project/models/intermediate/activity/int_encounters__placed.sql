with encounters as (

    select
        encounters_key,
        part_of_key,
        activity_type,
        start_at,
    from {{ ref('int_encounters__unioned') }}

)

-- An episode or ward stay belongs to the spell that it is part of; every other encounter is itself.
select
    encounters_key,
    case
        when activity_type in ('hospital_episode', 'ward_stay') then part_of_key
        else encounters_key
    end as activity_key,
    if(activity_type = 'hospital_episode', encounters_key, null) as episode_key,
    start_at,
from encounters
