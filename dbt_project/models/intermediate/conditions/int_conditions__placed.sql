{{ config(materialized='table') }}
with conditions as (

    select * from {{ ref('int_conditions__unioned') }}
    where code is not null

),

encounters as (

    select * from {{ ref('int_encounters__placed') }}

),

activities as (

    select activity_key from {{ ref('fct_activity') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

placed as (

    select
        conditions.*,
        activities.activity_key,
        encounters.episode_key,
        coalesce(conditions.onset_on, conditions.recorded_on, encounters.start_at::date) as dated_on,
        coalesce(conditions.recorded_on, encounters.start_at::date, conditions.onset_on) as known_on,
    from conditions
    left join encounters on conditions.encounter_key = encounters.encounters_key
    left join activities on encounters.activity_key = activities.activity_key

)

select placed.*
from placed
cross join current_run
where coalesce(placed.dated_on, current_run.as_of) <= current_run.as_of
