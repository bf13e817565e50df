with bands as (

    select * from {{ ref('fct_risk_band_month') }}

),

-- Of periods that began before the history nobody has a band: the others' people had one on the evening before.
periods as (

    select
        *,
        period_start in (select month_start from bands) as is_banded,
    from {{ ref('int_periods__listed') }}

),

segments as (

    select
        person_key,
        list(struct_pack(start_on := start_on, segment_id := segment_id) order by start_on desc) as newest_first,
    from {{ ref('int_ten_groups__followed') }}
    group by person_key

),

-- What is of the person is joined to people, who are few, and not to their periods.
people as (

    select
        people.*,
        segments.newest_first,
    from {{ ref('dim_person') }} as people
    left join segments on people.person_key = segments.person_key

),

registrations as (

    select link_threshold, linked_key, person_key, practice_code, start_on, end_on, died_on
    from {{ ref('int_registrations__linked') }}

),

practices as (

    select * from {{ ref('int_practices__placed') }}

),

areas as (

    select lsoa_code, (imd_decile + 1) // 2 as imd_quintile from {{ ref('int_areas__ranked') }}

),

addresses as (

    select
        addresses.*,
        areas.imd_quintile,
    from {{ ref('int_addresses__cut') }} as addresses
    left join areas on addresses.lsoa_code = areas.lsoa_code

),

-- Who is registered on a period's last day, as of that day; and who died in it while registered, as of their death.
present as (

    select
        registrations.*,
        periods.period_id,
        periods.period_start,
        periods.is_banded,
        true as is_registered,
        periods.period_end as counted_on,
    from periods
    inner join registrations
        on
            registrations.start_on <= periods.period_end
            and coalesce(registrations.end_on, date '9999-12-31') > periods.period_end
    union all by name
    select
        registrations.*,
        periods.period_id,
        periods.period_start,
        periods.is_banded,
        false as is_registered,
        registrations.died_on as counted_on,
    from periods
    inner join registrations on registrations.died_on between periods.period_start and periods.period_end
    where registrations.end_on = registrations.died_on

)

-- At another threshold than the middle one people are described as the person is whose registration it is.
select
    present.link_threshold,
    present.period_id,
    present.linked_key,
    present.person_key,
    present.is_registered,
    present.practice_code,
    practices.pcn_code,
    coalesce(addresses.local_authority_code, people.local_authority_code) as local_authority_code,
    {{ age_in_years('people.birth_month', 'present.counted_on') }} as age_years,
    {{ age_band(age_in_years('people.birth_month', 'present.counted_on')) }} as age_band,
    people.sex,
    people.ethnic_group,
    coalesce(
        if(addresses.person_key is null, (people.imd_decile + 1) // 2, addresses.imd_quintile)::varchar, 'unknown'
    ) as imd_quintile,
    -- Of the dead the last one before it: nobody is registered on the day of their death.
    coalesce(
        list_filter(
            people.newest_first, lambda one: struct_extract(one, 'start_on') <= present.counted_on
        )[1].segment_id,
        'unknown'
    ) as segment_id,
    if(present.is_banded, coalesce(bands.band, 'unknown'), null) as risk_band,
from present
inner join people on present.person_key = people.person_key
left join practices
    on
        present.practice_code = practices.practice_code
        and present.counted_on between practices.valid_from and practices.valid_to
left join addresses
    on
        present.person_key = addresses.person_key
        and addresses.start_on <= present.counted_on
        and addresses.end_on > present.counted_on
left join bands on present.person_key = bands.person_key and present.period_start = bands.month_start
where not (people.is_deceased and people.died_on is null)
