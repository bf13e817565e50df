select
    e.id as consultation_id, if(e.is_emis, 'YGE01', 'YGT01') as sender,
    if(e.is_emis, guid('emis consultation', e.id), e.id::varchar) as consultation_identifier,
    person_id(e.person) as person_id, p.code as practice_code, true_day(e.day) as consulted_on, e.has_slot, e.is_missed,
    e.is_confidential, true_day(e.deleted_on) as deleted_on
from gp_consultation as e join practice as p on p.ix = e.practice
where e.day <= getvariable('end')
order by e.id
