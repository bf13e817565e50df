select
    e.id as observation_id, if(e.is_emis, 'YGE01', 'YGT01') as sender, person_id(e.person) as person_id, c.snomed,
    true_day(e.day) as effective_on, true_day(e.visible) as visible_on, if(isnan(e.value), null, e.value) as value,
    e.is_confidential, true_day(e.deleted_on) as deleted_on
from gp_observation as e join code as c on c.ix = e.code
where e.visible <= getvariable('end')
order by e.id, e.rec
