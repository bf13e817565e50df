with activities as (

    select * from {{ ref('int_activities__priced') }}

),

primary_diagnoses as (

    select * from {{ ref('int_diagnoses__primary') }}

)

-- A cost that is not known is null, never nought, and cost_source says why.
select
    activities.* exclude (
        planned_cost_gbp, is_costed_elsewhere, n_nights_so_far, cost_gbp, cost_source, currency, cost_is_proxy
    ),
    primary_diagnoses.primary_diagnosis_code,
    coalesce(activities.planned_cost_gbp, activities.cost_gbp) as cost_gbp,
    case
        when activities.planned_cost_gbp is not null then 'client_level_data'
        when activities.cost_source is not null then activities.cost_source
        when activities.is_costed_elsewhere then 'in_consultation'
        when activities.is_attended is null then 'attendance_not_known'
        when not activities.is_attended then 'not_attended'
        when activities.activity_type = 'social_care_service' and activities.end_at < activities.start_at
            then 'ends_before_it_begins'
        else 'none'
    end as cost_source,
    if(activities.planned_cost_gbp is not null, false, activities.cost_is_proxy) as cost_is_proxy,
from activities
left join primary_diagnoses on activities.activity_key = primary_diagnoses.activity_key
