with activities as (

    select * from {{ ref('fct_activity') }}

),

described as (

    select
        activity_key,
        person_key,
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

)

-- Of two events at one moment the pseudonym decides last, so that a new key does not renumber them.
select
    activity_key,
    person_key,
    row_number() over (
        partition by person_key order by "at", setting, what, "where", activity_key
    ) as event_number,
    "at",
    setting,
    what,
    "where",
from described
