with people as (

    select practice_code, count(*) as registered_people from {{ ref('dim_person') }}
    where is_registered
    group by practice_code

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- Open regular registrations as the senders wrote them, before overlaps are cut and the dead taken off.
sent as (

    select
        registrations.organisation_code as practice_code,
        count(distinct registrations.person_key) as sender_count,
    from {{ ref('int_episodes_of_care__unioned') }} as registrations
    cross join current_run
    where
        registrations.source = 'gp'
        and registrations.episode_type = 'gp_registration'
        and coalesce(registrations.registration_type, 'regular') = 'regular'
        and registrations.start_on <= current_run.as_of
        and coalesce(registrations.end_on, date '9999-12-31') > current_run.as_of
    group by registrations.organisation_code

)

select
    current_run.as_of,
    sent.practice_code,
    coalesce(people.registered_people, 0) as registered_people,
    sent.sender_count,
from sent
cross join current_run
left join people on sent.practice_code = people.practice_code
where sent.practice_code is not null
