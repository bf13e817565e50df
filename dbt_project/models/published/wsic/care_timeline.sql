with activities as (

    select * from {{ ref('fct_activity') }}

)

select
    activity_key,
    person_key,
    row_number() over (partition by person_key order by start_at, activity_key) as event_number,
    start_at as "at",
    setting,
    replace(activity_type, '_', ' ')
    || case
        when is_attended = false then ', not attended'
        when is_emergency and activity_type = 'inpatient_spell' then ', emergency admission'
        else ''
    end as what,
    coalesce(site_code, provider_code) as "where",
from activities
