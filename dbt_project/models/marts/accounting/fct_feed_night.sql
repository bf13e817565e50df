{{ config(materialized='view') }}
with feeds as (

    select * from {{ ref('stg_ledger__feeds') }}

),

runs as (

    select run_id, as_of, started_at from {{ ref('stg_ledger__runs') }}

),

broken as (

    select source, sender, feed, min(broken_on) as broken_on from {{ ref('int_files__broken') }}
    group by source, sender, feed

)

-- A night that was run again is told by its last run.
select
    feeds.*,
    runs.as_of,
    coalesce(broken.broken_on <= runs.as_of, false) as lacks_a_file,
from feeds
inner join runs on feeds.run_id = runs.run_id
left join broken on feeds.source = broken.source and feeds.sender = broken.sender and feeds.feed = broken.feed
qualify row_number() over (
    partition by runs.as_of, feeds.source, feeds.sender, feeds.feed order by runs.started_at desc, runs.run_id desc
) = 1
