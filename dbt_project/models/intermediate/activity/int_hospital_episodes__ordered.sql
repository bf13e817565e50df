with episodes as (

    select * from {{ ref('int_encounters__unioned') }}
    where
        activity_type = 'hospital_episode'
        and part_of_key is not null
        and coalesce(status, '') != 'entered-in-error'

)

select
    *,
    row_number() over (
        partition by part_of_key order by episode_number nulls last, start_at, encounters_key
    ) as n_in_spell,
    count(*) over (partition by part_of_key) as n_episodes,
from episodes
