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

-- is_eve is a key of every group and window, so that whoever asks for some days has the others left out at the source.
-- Of the registrations that had begun by the day the latest holds, and only while it lasts.
registered as (

    select
        days.day_kind,
        days.is_eve,
        days.reference_day,
        registrations.person_key,
        registrations.sender,
    from days
    inner join registrations on days.reference_day >= registrations.start_on
    qualify
        row_number() over (
            partition by days.day_kind, days.is_eve, registrations.person_key
            order by registrations.start_on desc, registrations.end_on desc, registrations.registration_key asc
        ) = 1
        and days.reference_day < registrations.end_on

),

-- The practice that has the person on the day knows best, then the others.
told as (

    select
        registered.day_kind,
        registered.is_eve,
        registered.reference_day,
        registered.person_key,
        patients.birth_month,
        patients.sex,
        row_number() over (
            partition by registered.day_kind, registered.person_key
            order by registered.sender = patients.sender desc, patients.patients_key asc
        ) as precedence,
    from registered
    left join patients on registered.person_key = patients.person_key
    left join deaths on registered.person_key = deaths.person_key
    where coalesce(deaths.died_on > registered.reference_day, true)

),

described as (

    select
        day_kind,
        is_eve,
        reference_day,
        person_key,
        min_by(sex, precedence) filter (where sex != 'unknown') as sex,
        min_by(birth_month, precedence) filter (where birth_month is not null) as birth_month,
    from told
    group by day_kind, is_eve, reference_day, person_key

)

select
    day_kind,
    is_eve,
    reference_day,
    person_key,
    sex,
    {{ age_in_years('birth_month', 'reference_day') }} as age_years,
from described
