with registrations as (

    select
        episodes_of_care_key as registration_key,
        person_key,
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

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

deaths as (

    select person_key, died_on from {{ ref('int_patients__merged') }}

),

-- Two registrations that start on one day: the one that lasts longer is kept.
one_per_start as (

    select
        registrations.*,
        row_number() over (
            partition by registrations.person_key, registrations.start_on
            order by registrations.end_on desc, registrations.registration_key asc
        ) as n_of_start,
    from registrations
    cross join current_run
    where registrations.start_on <= current_run.as_of

),

-- A later registration ends the earlier one, as does death.
cut as (

    select
        one_per_start.* exclude (end_on, n_of_start),
        least(
            one_per_start.end_on,
            coalesce(
                lead(one_per_start.start_on) over (
                    partition by one_per_start.person_key order by one_per_start.start_on
                ),
                date '9999-12-31'
            ),
            coalesce(deaths.died_on, date '9999-12-31')
        ) as end_on,
    from one_per_start
    left join deaths on one_per_start.person_key = deaths.person_key
    where one_per_start.n_of_start = 1

)

select
    * exclude (end_on),
    nullif(end_on, date '9999-12-31') as end_on,
from cut
where end_on > start_on
