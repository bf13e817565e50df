with people as (

    select * from {{ ref('dim_person') }}

),

links as (

    select * from {{ ref('int_links__weighed') }}
    where source != 'gp'

),

months as (

    select
        person_key,
        source,
        sender,
        min(start_at::date) as first_on,
        max(start_at::date) as last_on,
    from {{ ref('fct_activity') }}
    where is_attended and source != 'gp' and activity_type != 'social_care_service'
    group by person_key, source, sender

),

seen as (

    select
        months.*,
        links.link_step,
        people.birth_month,
        people.died_on,
        date_trunc('month', months.first_on)::date as first_month,
        date_trunc('month', people.died_on)::date as died_month,
        not people.is_deceased as is_alive,
    from months
    inner join links
        on
            months.person_key = links.person_key
            and months.source = links.source
            and months.sender = links.sender
    inner join people on months.person_key = people.person_key

),

-- Of any two people, how often is the one born after the other was first seen?
births as (

    select
        birth_month,
        count(*) / sum(count(*)) over () as share,
    from people
    where birth_month is not null
    group by birth_month

),

firsts as (

    select distinct first_month from seen

),

first_months as (

    select first_month, coalesce(sum(births.share), 0) as share_born_later
    from firsts
    left join births on firsts.first_month < births.birth_month
    group by first_month

),

-- Of the sender's people who are alive, how many were seen after the day of another's death?
last_months as (

    select
        source,
        sender,
        last_on,
        count(*) / sum(count(*)) over (partition by source, sender) as share,
    from seen
    where is_alive
    group by source, sender, last_on

),

died as (

    select distinct source, sender, died_month from seen
    where died_on is not null

),

deaths as (

    select
        died.source,
        died.sender,
        died.died_month,
        coalesce(sum(last_months.share), 0) as share_seen_later,
    from died
    left join last_months
        on
            died.source = last_months.source
            and died.sender = last_months.sender
            and died.died_month + 15 + {{ var('days_after_death') }} < last_months.last_on
    group by died.source, died.sender, died.died_month

)

select
    'seen_before_birth' as control_id,
    seen.link_step,
    count(*) as links_tried,
    count(*) filter (where seen.first_month < seen.birth_month) as conflicts,
    sum(first_months.share_born_later) as conflicts_if_false,
from seen
inner join first_months on seen.first_month = first_months.first_month
where seen.birth_month is not null
group by seen.link_step
union all
select
    'seen_after_death' as control_id,
    seen.link_step,
    count(*) as links_tried,
    count(*) filter (where seen.last_on > seen.died_on + {{ var('days_after_death') }}) as conflicts,
    sum(deaths.share_seen_later) as conflicts_if_false,
from seen
inner join deaths
    on seen.source = deaths.source and seen.sender = deaths.sender and seen.died_month = deaths.died_month
group by seen.link_step
