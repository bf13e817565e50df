with current_run as (

    select run_id, as_of from {{ ref('stg_ledger__current_run') }}

),

feeds as (

    select feeds.*
    from {{ ref('stg_ledger__feeds') }} as feeds
    inner join current_run on feeds.run_id = current_run.run_id

),

-- A stay or service that lasts is told of once it is over, or of tonight: that it began long ago says nothing of when
-- the sender did.
first_activity as (

    select
        activities.source,
        activities.sender,
        min(
            if(
                activities.activity_type in ('inpatient_spell', 'mental_health_spell', 'social_care_service'),
                least(activities.end_at::date, current_run.as_of), -- tonight while no end, or one to come, is told
                activities.start_at::date
            )
        ) as covers_from,
        count(*) as n_told,
    from {{ ref('fct_activity') }} as activities
    cross join current_run
    group by activities.source, activities.sender

),

first_registration as (

    select source, sender, min(start_on) as covers_from, count(*) as n_told
    from {{ ref('int_episodes_of_care__unioned') }}
    where source = 'gp'
    group by source, sender

),

either as (

    select * from first_activity
    union all
    select * from first_registration

),

-- Registrations reach back further than consultations, and the population rests on them.
firsts as (

    select
        source,
        sender,
        min(covers_from) as covers_from,
        sum(n_told) as n_told,
    from either
    group by source, sender

),

periods as (

    select min(period_start) as first_start from {{ ref('int_periods__listed') }}

),

senders as (

    select distinct source, sender from feeds

),

-- The first day that metrics are asked of and that any sender of the source tells of.
source_firsts as (

    select
        firsts.source,
        greatest(min(firsts.covers_from), any_value(periods.first_start)) as covers_from,
    from firsts
    cross join periods
    group by firsts.source

),

-- A small sender may have had nothing to tell at first, or of nobody who is in the product. That its data
-- begin late is believed only where five events or more were to be expected before.
reaches as (

    select
        senders.source,
        senders.sender,
        if(
            coalesce(
                firsts.n_told * {{ days_between('source_firsts.covers_from', 'firsts.covers_from') }}
                >= 5 * {{ days_between('firsts.covers_from', 'current_run.as_of') }},
                false
            ),
            firsts.covers_from,
            least(firsts.covers_from, source_firsts.covers_from)
        ) as covers_from,
    from senders
    cross join current_run
    left join firsts on senders.source = firsts.source and senders.sender = firsts.sender
    left join source_firsts on senders.source = source_firsts.source

)

-- From which day to which a sender's data reach: a month that it began in is never complete.
-- Of several feeds of one sender the most backward counts.
select
    feeds.source,
    feeds.sender,
    any_value(reaches.covers_from) as covers_from,
    if(count(feeds.last_extract_on) = count(*), min(feeds.last_extract_on), null) as covers_to,
from feeds
left join reaches on feeds.source = reaches.source and feeds.sender = reaches.sender
group by feeds.source, feeds.sender
