select
    e.id as issue_id, if(e.is_emis, 'YGE01', 'YGT01') as sender, person_id(e.person) as person_id, d.dmd, true_day(e.day) as issued_on,
    e.is_repeat, true_day(e.deleted_on) as deleted_on
from gp_issue as e join drug as d on d.ix = e.drug
where e.visible <= getvariable('end')
order by e.id
