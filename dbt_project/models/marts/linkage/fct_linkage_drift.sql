with profiles as (

    select * from {{ ref('stg_ledger__link_profiles') }}

),

current_run as (

    select run_id, as_of from {{ ref('stg_ledger__current_run') }}

),

-- A night that was run again counts once, as it was last; the newest nights before this one are compared with.
nights as (

    select
        profiles.as_of,
        max(profiles.run_id) as run_id,
    from profiles
    cross join current_run
    where profiles.as_of < current_run.as_of
    group by profiles.as_of
    qualify row_number() over (order by profiles.as_of desc) <= {{ var('nights_compared') }}

),

runs as (

    select run_id, true as is_tonight from current_run
    union all
    select run_id, false as is_tonight from nights

),

totals as (

    select
        profiles.run_id,
        runs.is_tonight,
        profiles.profile,
        profiles.source,
        if(
            profiles.profile = 'given',
            max(profiles.records) filter (where profiles.value = 'record'),
            sum(profiles.records)
        ) as records,
    from profiles
    inner join runs on profiles.run_id = runs.run_id
    group by profiles.run_id, runs.is_tonight, profiles.profile, profiles.source

),

said as (

    select distinct profiles.profile, profiles.source, profiles.value
    from profiles
    inner join runs on profiles.run_id = runs.run_id

),

-- A value that a night does not have is nought that night, if the night tells of the source at all.
shares as (

    select
        said.*,
        totals.is_tonight,
        coalesce(profiles.records, 0) as records,
        coalesce(profiles.people, 0) as people,
        coalesce(profiles.records, 0) / totals.records as share,
    from said
    inner join totals on said.profile = totals.profile and said.source = totals.source
    left join profiles
        on
            totals.run_id = profiles.run_id
            and said.profile = profiles.profile
            and said.source = profiles.source
            and said.value = profiles.value

),

compared as (

    select
        profile,
        source,
        value,
        coalesce(max(records) filter (where is_tonight), 0) as records,
        coalesce(max(people) filter (where is_tonight), 0) as people,
        max(share) filter (where is_tonight) as share,
        round(avg(share) filter (where not is_tonight), 12) as share_before,
        count(*) filter (where not is_tonight) as nights_before,
    from shares
    group by profile, source, value

)

-- Each value's part of the population stability index; a share of nought is read as one in ten thousand.
select
    current_run.run_id,
    current_run.as_of,
    compared.*,
    compared.share - compared.share_before as share_change,
    (greatest(compared.share, 0.0001) - greatest(compared.share_before, 0.0001))
    * ln(greatest(compared.share, 0.0001) / greatest(compared.share_before, 0.0001)) as stability_index,
from compared
cross join current_run
