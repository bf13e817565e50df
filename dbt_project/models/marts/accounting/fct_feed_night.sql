{{ config(materialized='view') }}
with feeds as (

    select * from {{ ref('stg_ledger__feeds') }}

),

runs as (

    select run_id, as_of, started_at from {{ ref('stg_ledger__runs') }}

)

-- A night that was run again is told by its last run.
select
    feeds.*,
    runs.as_of,
from feeds
inner join runs on feeds.run_id = runs.run_id
qualify row_number() over (
    partition by runs.as_of, feeds.source, feeds.sender, feeds.feed order by runs.started_at desc, runs.run_id desc
) = 1
