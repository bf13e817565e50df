with activities as (

    select * from {{ ref('int_activities__combined') }}

)

-- The kind of activity within its type by which prices are told apart (seeds/activity_currencies). What did not take
-- place, or is paid for elsewhere, is priced in no year.
select
    *,
    if(
        is_attended and not coalesce(is_costed_elsewhere, false) and activity_type != 'social_care_service',
        financial_year,
        null
    ) as priced_in,
    case
        when activity_type = 'inpatient_spell' and patient_classification = '2' then 'day_case'
        when activity_type = 'inpatient_spell' and patient_classification in ('3', '4') then 'regular'
        when activity_type = 'inpatient_spell' and admission_method in ('11', '12', '13') then 'elective'
        when activity_type = 'inpatient_spell' and n_nights_so_far <= 1 then 'non_elective_short'
        when activity_type = 'inpatient_spell' then 'non_elective_long'
        when activity_type = 'emergency_attendance' then department_type
        when activity_type = 'outpatient_attendance' and first_attendance = '1' then 'first'
        when activity_type = 'outpatient_attendance' and first_attendance = '2' then 'follow_up'
        when activity_type = 'outpatient_attendance' and first_attendance = '3' then 'first_remote'
        when activity_type = 'outpatient_attendance' and first_attendance = '4' then 'follow_up_remote'
        when activity_type in ('gp_consultation', 'gp_appointment') then consultation_mechanism
        when activity_type != 'outpatient_attendance' then team_type
    end as category,
from activities
