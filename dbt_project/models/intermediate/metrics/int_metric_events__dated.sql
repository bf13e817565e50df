with spells as (

    select * from {{ ref('fct_hospital_spell') }}

),

attendances as (

    select * from {{ ref('fct_activity') }}
    where activity_type = 'emergency_attendance'

),

dated as (

    select person_key, source, sender, 'emergency_admissions' as measure, admitted_on as counted_on, 1 as amount
    from spells
    where is_emergency and patient_classification in ('1', '2', '5')
    union all
    select person_key, source, sender, 'bed_days' as measure, discharged_on as counted_on, n_nights as amount
    from spells
    where patient_classification = '1' and discharged_on is not null
    union all
    select person_key, source, sender, 'emergency_attendances' as measure, start_at::date as counted_on, 1 as amount
    from attendances
    where department_type in ('01', '02', '03') and attendance_category = '1'

),

linked as (

    {{ at_each_threshold('dated') }}

)

select link_threshold, linked_key, measure, counted_on, amount from linked
