{{ config(materialized='table') }}
with sent as (

    select
        episodes_of_care_key as registration_key,
        person_key,
        source,
        sender,
        organisation_code as practice_code,
        start_on,
        coalesce(end_on, date '9999-12-31') as end_on,
        source_file_id,
        source_row,
    from {{ ref('int_episodes_of_care__unioned') }}
    where
        source = 'gp'
        and episode_type = 'gp_registration'
        and coalesce(registration_type, 'regular') = 'regular'
        and organisation_code is not null

),

registrations as (

    {{ at_each_threshold('sent') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

died as (

    select person_key, died_on from {{ ref('int_patients__merged') }}
    where died_on is not null

),

-- Of two people who are one at another threshold, the first death known is the death.
deaths as (

    select
        'middle' as link_threshold,
        person_key as linked_key,
        died_on,
    from died
    union all
    select
        relinked.link_threshold,
        relinked.linked_key,
        min(died.died_on) as died_on,
    from died
    inner join {{ ref('int_links__relinked') }} as relinked on died.person_key = relinked.person_key
    group by relinked.link_threshold, relinked.linked_key

),

-- Two registrations that start on one day: the one that lasts longer is kept.
one_per_start as (

    select
        registrations.*,
        row_number() over (
            partition by registrations.link_threshold, registrations.linked_key, registrations.start_on
            order by registrations.end_on desc, registrations.registration_key asc
        ) as n_of_start,
    from registrations
    cross join current_run
    where registrations.start_on <= current_run.as_of

),

-- A later registration ends the earlier one, as does death.
cut as (

    select
        one_per_start.* exclude (source, end_on, n_of_start),
        least(
            one_per_start.end_on,
            coalesce(
                lead(one_per_start.start_on) over (
                    partition by one_per_start.link_threshold, one_per_start.linked_key
                    order by one_per_start.start_on
                ),
                date '9999-12-31'
            ),
            coalesce(deaths.died_on, date '9999-12-31')
        ) as end_on,
        deaths.died_on,
    from one_per_start
    left join deaths
        on one_per_start.link_threshold = deaths.link_threshold and one_per_start.linked_key = deaths.linked_key
    where one_per_start.n_of_start = 1

)

select
    * exclude (end_on),
    nullif(end_on, date '9999-12-31') as end_on,
from cut
where end_on > start_on
