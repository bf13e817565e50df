with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

links as (

    select
        person_key,
        min_by(link_step, (link_confidence, link_step)) as link_step,
    from {{ ref('int_links__weighed') }}
    where source = 'gp'
    group by person_key

),

-- As the practices wrote them, before overlaps are cut. A list is told of a removal within weeks.
practices as (

    select
        registrations.person_key,
        registrations.organisation_code as practice_code,
        bool_or(
            registrations.start_on <= current_run.as_of - {{ var('days_to_deregister') }}
            and coalesce(registrations.end_on, date '9999-12-31') > current_run.as_of
        ) as is_open,
    from {{ ref('int_episodes_of_care__unioned') }} as registrations
    cross join current_run
    where
        registrations.source = 'gp'
        and registrations.episode_type = 'gp_registration'
        and coalesce(registrations.registration_type, 'regular') = 'regular'
        and registrations.start_on <= current_run.as_of
    group by registrations.person_key, registrations.organisation_code

),

share as (

    select avg(is_open::integer) as share_open from practices

),

people as (

    select
        person_key,
        count(*) as n_practices,
        count(*) filter (where is_open) as n_open,
    from practices
    group by person_key

)

select
    'registered_twice' as control_id,
    links.link_step,
    count(*) as links_tried,
    count(*) filter (where people.n_open > 1) as conflicts,
    count(*) * any_value(share.share_open) * any_value(share.share_open) as conflicts_if_false,
from people
inner join links on people.person_key = links.person_key
cross join share
where people.n_practices > 1
group by links.link_step
