select source, sender, record_id, person_id(person) as person_id from all_records
union all
select 'acute', t.code, 'ANON' || s.id, person_id(s.person)
from spell as s join acute_trust as t on t.ix = s.trust where s.is_withheld and s.admit <= getvariable('end')
union all
select 'acute', t.code, 'ANONO' || s.id, person_id(s.person)
from outpatient as s join acute_trust as t on t.ix = s.trust where s.is_withheld
union all
select 'acute', t.code, 'ANONE' || s.id, person_id(s.person)
from attendance as s join acute_trust as t on t.ix = s.trust where s.is_withheld and s.departs <= getvariable('end')
order by all
