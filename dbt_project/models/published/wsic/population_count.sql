with registered as (

    select
        *,
        {{ age_band('age_years') }} as age_band,
    from {{ ref('dim_person') }}
    where is_registered

),

segments as (

    select person_key, segment_id, segment_name from {{ ref('fct_population_segment') }}

),

people as (

    select
        registered.*,
        segments.segment_id,
        segments.segment_name,
    from registered
    left join segments on registered.person_key = segments.person_key

),

placed as (

    select
        age_band,
        sex,
        segment_id,
        segment_name,
        unnest([
            { 'area_type': 'system', 'area_code': 'system' },
            { 'area_type': 'borough', 'area_code': coalesce(local_authority_code, 'unknown') },
            { 'area_type': 'pcn', 'area_code': coalesce(pcn_code, 'unknown') },
            { 'area_type': 'practice', 'area_code': coalesce(practice_code, 'unknown') }
        ], recursive := true),
    from people

)

select
    area_type,
    area_code,
    age_band,
    sex,
    'all' as segment_id,
    'All segments' as segment_name,
    count(*) as people,
from placed
group by area_type, area_code, age_band, sex
union all
select
    area_type,
    area_code,
    'all' as age_band,
    'all' as sex,
    segment_id,
    segment_name,
    count(*) as people,
from placed
where segment_id is not null
group by area_type, area_code, segment_id, segment_name
