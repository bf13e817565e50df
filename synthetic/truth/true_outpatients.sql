select
    t.code || 'O' || lpad(e.id::varchar, 12, '0') as appointment_identifier, person_id(e.person) as person_id, t.code as provider_code,
    true_day(e.day) as appointment_on, true_day(e.referred) as referred_on, true_day(e.booked) as booked_on,
    if(e.day <= getvariable('end'), e.attended, '0') as attended, e.first as first_attendance, f.code as treatment_function_code,
    e.is_withheld, true_day(e.deleted_on) as deleted_on
from outpatient as e join acute_trust as t on t.ix = e.trust join outpatient_specialty as f on f.ix = e.specialty
order by e.id
