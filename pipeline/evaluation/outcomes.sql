-- What became of everybody who was matched: a row a person of a set (matched: set_id, drawn_id, weight) and stretch,
-- before and after. Days are counted while somebody is registered, and of who is compared with until they get an
-- intervention themselves; the stretch ends with the data.
with stretches as (
    select
        matched.set_id, drawn.intervention_id, drawn.is_treated, matched.weight, drawn.person_key, 'before' as stretch,
        drawn.started_on - getvariable('days') as first_day, drawn.started_on as until
    from matched
    inner join drawn using (drawn_id)
    union all
    select
        matched.set_id, drawn.intervention_id, drawn.is_treated, matched.weight, drawn.person_key, 'after',
        drawn.started_on, least(drawn.started_on + getvariable('days'), drawn.ended, getvariable('as_of') + 1)
    from matched
    inner join drawn using (drawn_id)
),
happened as (
    select person_key, day, 'emergency_admissions' as outcome, 1.0 as amount from emergency
    union all
    select
        person_key, start_at::date,
        if(activity_type = 'gp_consultation', 'gp_contacts', 'emergency_attendances'), 1
    from core.activity
    where
        (activity_type = 'gp_consultation' and is_attended)
        or (
            activity_type = 'emergency_attendance' and department_type in ('01', '02', '03')
            and attendance_category = '1'
        )
    union all
    select person_key, start_at::date, 'cost_gbp', cost_gbp::double from core.activity where cost_gbp > 0
),
counted as (
    select
        stretches.set_id, stretches.person_key, stretches.stretch, happened.outcome, sum(happened.amount) as amount
    from stretches
    inner join happened
        on
            stretches.person_key = happened.person_key
            and happened.day >= stretches.first_day
            and happened.day < stretches.until
    group by all
    union all
    -- Nights in hospital that lie in the stretch, of ordinary stays.
    select
        stretches.set_id, stretches.person_key, stretches.stretch, 'bed_days',
        sum(
            least(coalesce(spells.discharged_on, getvariable('as_of') + 1), stretches.until)
            - greatest(spells.admitted_on, stretches.first_day)
        )
    from stretches
    inner join core.hospital_spell as spells
        on
            stretches.person_key = spells.person_key
            and spells.patient_classification = '1'
            and spells.admitted_on < stretches.until
            and coalesce(spells.discharged_on, getvariable('as_of') + 1) > stretches.first_day
    group by all
),
told as (
    select
        set_id, person_key, stretch,
        {sums}
    from counted
    group by set_id, person_key, stretch
)
select
    stretches.intervention_id,
    stretches.set_id,
    stretches.is_treated,
    stretches.stretch,
    stretches.weight,
    (stretches.until - stretches.first_day) / 365.25 as years,
    {amounts}
from stretches
left join told
    on stretches.set_id = told.set_id and stretches.person_key = told.person_key and stretches.stretch = told.stretch
order by stretches.set_id, stretches.is_treated desc, md5(stretches.person_key), stretches.stretch
