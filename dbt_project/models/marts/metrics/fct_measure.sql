with grouped as (

    select * from {{ ref('int_measures__grouped') }}

),

periods as (

    select period_id, period_type, period_start, period_end from {{ ref('int_periods__listed') }}

),

measured as (

    unpivot grouped
    on people, people_65_plus, emergency_admissions, emergency_admissions_65_plus,
    bed_days, emergency_attendances, long_term_social_care_65_plus
    into name measure value amount

)

select
    periods.period_type,
    periods.period_start,
    periods.period_end,
    measured.* exclude (period_id),
from measured
inner join periods on measured.period_id = periods.period_id
