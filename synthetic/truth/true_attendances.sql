select
    t.code || 'E' || lpad(e.id::varchar, 12, '0') as attendance_identifier, person_id(e.person) as person_id, t.code as provider_code,
    e.department as department_type, e.category as attendance_category, true_day(e.day) + to_minutes(e.minute) as arrived_at,
    true_day(e.day) + to_minutes(e.minute + e.wait) as departed_at, c.id as cause, e.is_admitted, if(e.spell > 0, e.spell, null) as spell_id,
    e.is_withheld, true_day(e.deleted_on) as deleted_on
from attendance as e join acute_trust as t on t.ix = e.trust join cause as c on c.ix = e.cause
where e.departs <= getvariable('end')
order by e.id
