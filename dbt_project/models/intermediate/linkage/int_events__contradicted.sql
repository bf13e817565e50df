with people as (

    select
        *,
        age_years between 9 and 60 as is_of_age_for_birth,
    from {{ ref('dim_person') }}

),

links as (

    select * from {{ ref('int_links__weighed') }}
    where source != 'gp'

),

-- ICD-10 volume 2, categories limited to one sex; all of chapter XV is the mother's.
coded as (

    select
        activities.person_key,
        activities.source,
        activities.sender,
        activities.start_at::date as happened_on,
        case
            when regexp_matches({{ plain_code('diagnoses.code') }}, '^(O|C5[1-8]|N7[0-7]|N8|N9[0-8])') then 'female'
            when regexp_matches({{ plain_code('diagnoses.code') }}, '^(C6[0-3]|N4|N50|N51)') then 'male'
        end as of_sex,
        {{ plain_code('diagnoses.code') }} like 'O%' as is_maternity,
    from {{ ref('fct_diagnosis') }} as diagnoses
    inner join {{ ref('fct_activity') }} as activities on diagnoses.activity_key = activities.activity_key
    where
        diagnoses.code_system = 'icd10'
        and regexp_matches({{ plain_code('diagnoses.code') }}, '^(O|C5[1-8]|C6[0-3]|N4|N5[01]|N[789])')

),

-- NHS Data Dictionary ADMISSION METHOD CODE: 31 and 32 the mother's, 82 and 83 the child's.
admitted as (

    select
        person_key,
        source,
        sender,
        admitted_on as happened_on,
        if(admission_method in ('31', '32'), 'female', null) as of_sex,
        admission_method in ('31', '32') as is_maternity,
        admission_method in ('82', '83') as is_birth,
    from {{ ref('fct_hospital_spell') }}
    where admission_method in ('31', '32', '82', '83')

),

events as (

    select * from admitted
    union all
    select
        *,
        false as is_birth,
    from coded

),

judged as (

    select
        events.*,
        links.link_step,
        people.sex,
        people.birth_month,
        {{ age_in_years('people.birth_month', 'events.happened_on') }} as age_years,
        date_diff('month', people.birth_month, events.happened_on) as age_months,
    from events
    inner join people on events.person_key = people.person_key
    inner join links
        on events.person_key = links.person_key and events.source = links.source and events.sender = links.sender

),

shares as (

    select
        count(*) filter (where sex = 'male') / nullif(count(*), 0) as male,
        count(*) filter (where sex = 'female') / nullif(count(*), 0) as female,
        count(*) filter (where not is_of_age_for_birth) / nullif(count(*), 0) as not_of_age_for_birth,
        count(*) filter (where age_years >= 1) / nullif(count(*), 0) as past_first_year,
    from people

),

by_link as (

    select
        person_key,
        source,
        sender,
        link_step,
        sex,
        bool_or(of_sex in ('male', 'female')) as has_sex,
        bool_or(of_sex != sex) as is_of_other_sex,
        min(of_sex) as of_sex,
        bool_or(is_maternity) as has_maternity,
        bool_or(is_birth) as has_birth,
        coalesce(bool_or(age_years not between 9 and 60) filter (where is_maternity), false)
        or coalesce(bool_or(age_months not between -1 and 1) filter (where is_birth), false) as is_of_other_age,
        bool_or(birth_month is not null) as has_age,
    from judged
    group by person_key, source, sender, link_step, sex

)

select
    'other_sex' as control_id,
    by_link.link_step,
    count(*) as links_tried,
    count(*) filter (where by_link.is_of_other_sex) as conflicts,
    sum(if(by_link.of_sex = 'female', shares.male, shares.female)) as conflicts_if_false,
from by_link
cross join shares
where by_link.has_sex and by_link.sex in ('male', 'female')
group by by_link.link_step
union all
select
    'other_age' as control_id,
    by_link.link_step,
    count(*) as links_tried,
    count(*) filter (where by_link.is_of_other_age) as conflicts,
    sum(if(by_link.has_birth, shares.past_first_year, shares.not_of_age_for_birth)) as conflicts_if_false,
from by_link
cross join shares
where (by_link.has_maternity or by_link.has_birth) and by_link.has_age
group by by_link.link_step
