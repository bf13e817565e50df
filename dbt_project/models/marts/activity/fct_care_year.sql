with activities as (

    select * from {{ ref('fct_activity') }}

),

windowed as (

    select * from {{ ref('int_activities__windowed') }}
    where window_id = 'last_12_months'

),

-- The last contact whenever it was.
ever as (

    select
        person_key,
        setting,
        max(start_at::date) filter (where is_attended) as last_contact_on,
    from activities
    group by person_key, setting

)

select
    ever.person_key,
    ever.setting,
    coalesce(windowed.n_contacts, 0) as n_contacts,
    coalesce(windowed.n_emergency_attendances, 0) as n_emergency_attendances,
    coalesce(windowed.n_emergency_admissions, 0) as n_emergency_admissions,
    coalesce(windowed.n_bed_days, 0) as n_bed_days,
    ever.last_contact_on,
    windowed.cost_gbp,
from ever
left join windowed on ever.person_key = windowed.person_key and ever.setting = windowed.setting
