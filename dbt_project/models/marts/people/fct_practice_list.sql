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

),

before as (

    select practice_code, registered_people, drop_limit from {{ ref('stg_ledger__practice_lists') }}

),

-- Closed in every entry that the reference data have of the practice.
closed as (

    select practices.practice_code from {{ ref('int_practices__placed') }} as practices
    cross join current_run
    group by practices.practice_code
    having max(practices.valid_to) < any_value(current_run.as_of)

),

-- A practice whose list is gone is told of too, or nobody would miss it.
practices as (

    select practice_code from sent
    where practice_code is not null
    union
    select practice_code from before
    where registered_people > 0

)

select
    current_run.as_of,
    practices.practice_code,
    coalesce(people.registered_people, 0) as registered_people,
    before.registered_people as registered_people_before,
    coalesce(before.drop_limit, 1) as drop_limit,
    coalesce(sent.sender_count, 0) as sender_count,
    closed.practice_code is not null as is_closed,
from practices
cross join current_run
left join sent on practices.practice_code = sent.practice_code
left join people on practices.practice_code = people.practice_code
left join before on practices.practice_code = before.practice_code
left join closed on practices.practice_code = closed.practice_code
