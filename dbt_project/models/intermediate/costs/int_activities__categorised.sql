with activities as (

    select * from {{ ref('int_activities__combined') }}

)

-- The kind of activity within its type by which prices are told apart (DESIGN of seeds/activity_currencies).
select
    activity_key,
    activity_type,
    financial_year,
    hrg_code,
    n_nights_so_far,
    case activity_type
        when 'inpatient_spell' then case
            when patient_classification = '2' then 'day_case'
            when patient_classification in ('3', '4') then 'regular'
            when admission_method in ('11', '12', '13') then 'elective'
            when n_nights_so_far <= 1 then 'non_elective_short'
            else 'non_elective_long'
        end
        when 'emergency_attendance' then department_type
        when 'outpatient_attendance' then case
            when first_attendance = '1' then 'first'
            when first_attendance = '2' then 'follow_up'
            when first_attendance = '3' then 'first_remote'
            when first_attendance = '4' then 'follow_up_remote'
        end
        when 'gp_consultation' then consultation_mechanism
        when 'gp_appointment' then consultation_mechanism
        else team_type
    end as category,
from activities
where
    coalesce(is_attended, false)
    and not coalesce(is_costed_elsewhere, false)
    and activity_type != 'social_care_service'
