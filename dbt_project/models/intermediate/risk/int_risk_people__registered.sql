with days as (

    select * from {{ ref('int_risk_days__chosen') }}

),

registrations as (

    select
        episodes_of_care_key as registration_key,
        person_key,
        sender,
        start_on,
        coalesce(end_on, date '9999-12-31') as end_on,
    from {{ ref('stg_gp__episodes_of_care') }}
    where
        episode_type = 'gp_registration'
        and coalesce(registration_type, 'regular') = 'regular'
        and organisation_code is not null

),

patients as (

    select * from {{ ref('stg_gp__patients') }}

),

deaths as (

    select
        person_key,
        coalesce(min(died_on), date '0001-01-01') as died_on,
    from (
        select person_key, died_on, is_deceased from {{ ref('stg_gp__patients') }}
        union all
        select person_key, died_on, is_deceased from {{ ref('stg_acute__patients') }}
    )
    where died_on is not null or is_deceased
    group by person_key

),

-- Of those that start on one day the one that lasts longest counts.
one_per_start as (

    select * from registrations
    where start_on is not null
    qualify row_number() over (partition by person_key, start_on order by end_on desc, registration_key asc) = 1

),

-- A registration is described once, however many days there are: it holds until it ends, or the next one begins.
latest as (

    select
        registration_key,
        person_key,
        sender,
        start_on,
        least(
            end_on,
            coalesce(lead(start_on) over (partition by person_key order by start_on), date '9999-12-31')
        ) as end_on,
    from one_per_start

),

held as (

    select
        latest.registration_key,
        latest.person_key,
        latest.sender,
        latest.start_on,
        least(latest.end_on, coalesce(deaths.died_on, date '9999-12-31')) as end_on,
    from latest
    left join deaths on latest.person_key = deaths.person_key

),

-- The practice that has the person knows best, then the others.
told as (

    select
        held.*,
        patients.birth_month,
        patients.sex,
        row_number() over (
            partition by held.registration_key
            order by held.sender = patients.sender desc, patients.patients_key asc
        ) as precedence,
    from held
    left join patients on held.person_key = patients.person_key
    where held.start_on < held.end_on

),

described as (

    select
        registration_key,
        person_key,
        start_on,
        end_on,
        min_by(sex, precedence) filter (where sex != 'unknown') as sex,
        min_by(birth_month, precedence) filter (where birth_month is not null) as birth_month,
    from told
    group by registration_key, person_key, start_on, end_on

)

select
    days.day_kind,
    days.is_eve,
    days.reference_day,
    described.person_key,
    described.sex,
    {{ age_in_years('described.birth_month', 'days.reference_day') }} as age_years,
from days
inner join described on days.reference_day >= described.start_on and days.reference_day < described.end_on
