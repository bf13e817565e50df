select
    t.code as provider_code, 'MS' || e.id as spell_identifier, person_id(e.person) as person_id, true_day(e.admit) as admitted_on,
    if(e.leave <= getvariable('end'), true_day(e.leave), null) as discharged_on, if(e.ready <= getvariable('end'), true_day(e.ready), null) as ready_on,
    e.died, e.admit <= getvariable('mental_until') as is_submitted
from mental_spell as e join mental_trust as t on t.ix = e.trust
order by e.id
