-- What was known of everybody who was drawn on the evening before the day: a row each, by drawn_id. What looks back
-- does so over the stretch before (variable days), and over its last 90 days.
with spells as (
    select
        person_key, admitted_on, coalesce(discharged_on, getvariable('as_of') + 1) as left_on, is_emergency,
        patient_classification
    from core.hospital_spell
),
happened as (
    select person_key, day, 'emergency_admission' as kind, 1.0 as amount from emergency
    union all
    select person_key, admitted_on, 'other_admission', 1 from spells where not is_emergency
    union all
    select
        person_key, start_at::date,
        case activity_type when 'gp_consultation' then 'gp_contact' else activity_type end, 1
    from core.activity
    where activity_type in ('gp_consultation', 'emergency_attendance', 'outpatient_attendance') and is_attended
    union all
    select person_key, start_at::date, 'cost', cost_gbp::double from core.activity where cost_gbp > 0
),
counted as (
    select
        drawn.drawn_id,
        {sums}
    from drawn
    inner join happened
        on
            drawn.person_key = happened.person_key
            and happened.day between drawn.started_on - getvariable('days') and drawn.started_on - 1
    group by drawn.drawn_id
),
nights as (
    select
        drawn.drawn_id,
        sum(
            least(spells.left_on, drawn.started_on)
            - greatest(spells.admitted_on, drawn.started_on - getvariable('days'))
        ) as bed_days,
        bool_or(spells.left_on >= drawn.started_on) as is_in_hospital
    from drawn
    inner join spells
        on
            drawn.person_key = spells.person_key
            and spells.admitted_on < drawn.started_on
            and spells.left_on > drawn.started_on - getvariable('days')
    where spells.patient_classification = '1'
    group by drawn.drawn_id
),
known as (
    select
        drawn.drawn_id,
        count(*) filter (where conditions.is_long_term) as n_conditions,
        {conditions}
    from drawn
    inner join core.condition as conditions
        on drawn.person_key = conditions.person_key and conditions.first_recorded_on < drawn.started_on
    group by drawn.drawn_id
),
cared as (
    select distinct drawn.drawn_id
    from drawn
    inner join core.care_package as packages
        on
            drawn.person_key = packages.person_key
            and packages.start_date < drawn.started_on
            and coalesce(packages.end_date, date '9999-12-31') >= drawn.started_on - 1
)
select
    drawn.drawn_id,
    coalesce(
        date_diff('month', people.birth_month, drawn.started_on) // 12,
        people.age_years - (getvariable('as_of') - drawn.started_on) // 365,
        case people.age_band
            when '0-4' then 2 when '5-17' then 11 when '18-64' then 41 when '65-74' then 69 when '75-84' then 79 else 88
        end
    )::double as age_years,
    (people.sex = 'male')::integer::double as is_male,
    coalesce(people.imd_decile, 5.5)::double as imd_decile,
    coalesce(known.n_conditions, 0)::double as n_conditions,
    {shown_conditions},
    {shown_sums},
    coalesce(nights.bed_days, 0)::double as bed_days,
    coalesce(nights.is_in_hospital, false)::integer::double as is_in_hospital,
    (cared.drawn_id is not null)::integer::double as has_social_care
from drawn
inner join core.person as people on drawn.person_key = people.person_key
left join counted on drawn.drawn_id = counted.drawn_id
left join nights on drawn.drawn_id = nights.drawn_id
left join known on drawn.drawn_id = known.drawn_id
left join cared on drawn.drawn_id = cared.drawn_id
order by drawn.drawn_id
