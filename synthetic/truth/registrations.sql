select
    person_id(r.person) as person_id, 'gp' as source, if(r.is_emis, 'YGE01', 'YGT01') as sender,
    if(r.is_emis, guid('emis patient', r.rec), r.rec::varchar) as record_id,
    p.code as practice_code, true_day(r.start) as start_date, if(r.stop <= getvariable('end'), true_day(r.stop), null) as end_date,
    r.kind as registration_type, p.shares
from gp_registration as r join practice as p on p.ix = r.practice
order by r.person, r.start
