with periods as (

    select * from {{ ref('int_periods__listed') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

registrations as (

    select
        *,
        'middle' as link_threshold,
        person_key as linked_key,
    from {{ ref('fct_registration') }}
    union all by name
    select * from {{ ref('int_registrations__linked') }}
    where link_threshold != 'middle'

),

practices as (

    select * from {{ ref('int_practices__placed') }}

),

addresses as (

    select * from {{ ref('int_addresses__cut') }}

),

segments as (

    select person_key, segment_id from {{ ref('fct_population_segment') }}

)

-- Who is registered on a period's last day, where, and what they are like on that day. At another threshold than
-- the middle one people are described as the person is whose registration it is.
select
    registrations.link_threshold,
    periods.period_id,
    registrations.linked_key,
    registrations.person_key,
    registrations.practice_code,
    practices.pcn_code,
    coalesce(addresses.local_authority_code, people.local_authority_code) as local_authority_code,
    {{ age_in_years('people.birth_month', 'periods.period_end') }} as age_years,
    {{ age_band(age_in_years('people.birth_month', 'periods.period_end')) }} as age_band,
    people.sex,
    people.ethnic_group,
    coalesce(((people.imd_decile + 1) // 2)::varchar, 'unknown') as imd_quintile,
    coalesce(segments.segment_id, 'unknown') as segment_id,
from periods
inner join registrations
    on
        registrations.start_on <= periods.period_end
        and coalesce(registrations.end_on, date '9999-12-31') > periods.period_end
inner join people on registrations.person_key = people.person_key
left join practices
    on
        registrations.practice_code = practices.practice_code
        and periods.period_end between practices.valid_from and practices.valid_to
left join addresses
    on
        registrations.person_key = addresses.person_key
        and addresses.start_on <= periods.period_end
        and addresses.end_on > periods.period_end
left join segments on registrations.person_key = segments.person_key
where not (people.is_deceased and people.died_on is null)
