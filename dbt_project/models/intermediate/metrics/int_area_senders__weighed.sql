with people as (

    select person_key, local_authority_code, pcn_code, practice_code from {{ ref('dim_person') }}
    where is_registered

),

person_senders as (

    select distinct person_key, source, sender from {{ ref('bridge_person_source') }}

),

senders as (

    select source, sender from {{ ref('int_feeds__windowed') }}

),

people_of_areas as (

    select person_key, 'borough' as area_type, local_authority_code as area_code from people
    union all
    select person_key, 'pcn' as area_type, pcn_code as area_code from people
    union all
    select person_key, 'practice' as area_type, practice_code as area_code from people

),

counted as (

    select
        people_of_areas.area_type,
        people_of_areas.area_code,
        person_senders.source,
        person_senders.sender,
        count(*) as people,
    from people_of_areas
    inner join person_senders on people_of_areas.person_key = person_senders.person_key
    where people_of_areas.area_code is not null
    group by all

),

weighed as (

    select
        *,
        people / sum(people) over (partition by area_type, area_code, source) as share_of_people,
    from counted

)

-- A sender is behind an area's numbers when it knows one in twenty of the people that its source knows there.
select area_type, area_code, source, sender from weighed
where share_of_people >= 0.05
union all
select 'system' as area_type, 'system' as area_code, source, sender from senders
