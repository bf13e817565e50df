{{ config(materialized='view') }}
with feeds as (

    select * from {{ ref('stg_ledger__feeds') }}

),

runs as (

    select run_id, as_of, started_at from {{ ref('stg_ledger__runs') }}

),

lacking as (

    select source, sender, feed, min(lacks_to) as lacks_since from {{ ref('int_files__lacking') }}
    group by all

)

-- A night that was run again is told by its last run.
select
    feeds.*,
    runs.as_of,
    coalesce(lacking.lacks_since <= runs.as_of, false) as is_lacking,
from feeds
inner join runs on feeds.run_id = runs.run_id
left join lacking
    on feeds.source = lacking.source and feeds.sender = lacking.sender and feeds.feed = lacking.feed
qualify row_number() over (
    partition by runs.as_of, feeds.source, feeds.sender, feeds.feed order by runs.started_at desc, runs.run_id desc
) = 1
