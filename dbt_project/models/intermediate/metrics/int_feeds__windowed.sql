with feeds as (

    select feeds.*
    from {{ ref('stg_ledger__feeds') }} as feeds
    inner join {{ ref('stg_ledger__current_run') }} as current_run on feeds.run_id = current_run.run_id

),

first_activity as (

    select source, sender, date_trunc('month', min(start_at))::date as covers_from
    from {{ ref('fct_activity') }}
    group by source, sender

),

first_registration as (

    select source, sender, date_trunc('month', min(start_on))::date as covers_from
    from {{ ref('int_episodes_of_care__unioned') }}
    where source = 'gp'
    group by source, sender

),

-- Registrations reach back further than consultations, and the population rests on them.
firsts as (

    select
        source,
        sender,
        min(covers_from) as covers_from,
    from (
        select * from first_activity
        union all
        select * from first_registration
    ) as first_of_either
    group by source, sender

)

-- From when to when a sender's data reach; of several feeds of one sender the most backward counts.
select
    feeds.source,
    feeds.sender,
    any_value(firsts.covers_from) as covers_from,
    if(count(feeds.last_extract_on) = count(*), min(feeds.last_extract_on), null) as covers_to,
from feeds
left join firsts on feeds.source = firsts.source and feeds.sender = firsts.sender
group by feeds.source, feeds.sender
