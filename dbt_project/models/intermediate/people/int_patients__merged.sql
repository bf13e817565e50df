with patients as (

    select * from {{ ref('int_patients__unioned') }}

),

files as (

    select file_id, extract_date from {{ ref('stg_ledger__files') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

registered_at as (

    select distinct
        episodes.person_key,
        episodes.sender,
        episodes.organisation_code as practice_code,
    from {{ ref('int_episodes_of_care__unioned') }} as episodes
    cross join current_run
    where
        episodes.source = 'gp'
        and episodes.episode_type = 'gp_registration'
        and coalesce(episodes.registration_type, 'regular') = 'regular'
        and episodes.start_on <= current_run.as_of
        and coalesce(episodes.end_on, date '9999-12-31') > current_run.as_of

),

-- The practice that has the person now knows best; then other practices; then who wrote last; what an ambulance's
-- crew was told in a hurry fills in only what nobody else knows.
ranked as (

    select
        patients.*,
        row_number() over (
            partition by patients.person_key
            order by
                patients.source = 'gp' and registered_at.person_key is not null desc,
                {{ told_by('patients.source') }} asc,
                files.extract_date desc nulls last,
                patients.patients_key asc
        ) as precedence,
    from patients
    left join files on patients.source_file_id = files.file_id
    left join registered_at
        on
            patients.person_key = registered_at.person_key
            and patients.sender = registered_at.sender
            and patients.practice_code = registered_at.practice_code

)

select
    person_key,
    min_by(birth_month, precedence) filter (where birth_month is not null) as birth_month,
    min_by(sex, precedence) filter (where sex not in ('unknown')) as sex,
    min_by(ethnic_category, precedence) filter (where ethnic_category not in ('Z', '99')) as ethnic_category,
    min_by(lsoa_code, precedence) filter (where lsoa_code is not null) as lsoa_code,
    min_by(local_authority_code, precedence) filter (where local_authority_code is not null) as local_authority_code,
    min_by(died_on, precedence) filter (where died_on is not null) as died_on,
    bool_or(is_deceased) as is_deceased,
    min_by(accommodation_status, precedence) filter (where accommodation_status is not null) as accommodation_status,
from ranked
group by person_key
