-- Words the truth shares, and every record that reached an extract: rec_* = (source, sender, record_id, person).
create or replace temp macro person_id(p) as 'P' || lpad((getvariable('base') + p)::varchar, 8, '0');
create or replace temp macro true_day(x) as if(x < 90000, date '1970-01-01' + x::integer, null);
create or replace temp macro acute_id(r) as lpad(r.local::varchar, 8, '0');
create or replace temp table all_records as
select 'gp' as source, if(r.is_emis, 'YGE01', 'YGT01') as sender, if(r.is_emis, guid('emis patient', r.rec), r.rec::varchar) as record_id,
    r.person, 'gp_patient' as "table", r.record
from gp_patient as r
union all
select 'acute', t.code, acute_id(r), r.person, 'acute_record', r.record
from acute_record as r join acute_trust as t on t.ix = r.sender
where r.record in (
    select record from spell where not is_withheld and admit <= getvariable('end')
    union all select record from attendance where not is_withheld and departs <= getvariable('end')
    union all select record from outpatient where not is_withheld)
union all
select 'community', t.code, r.local::varchar, r.person, 'community_record', r.record
from community_record as r join community_trust as t on t.ix = r.sender
where r.record in (select record from community_referral where day <= getvariable('community_until'))
union all
select 'mental_health', t.code, r.local::varchar, r.person, 'mental_record', r.record
from mental_record as r join mental_trust as t on t.ix = r.sender
where r.record in (select record from mental_referral where day <= getvariable('mental_until'))
union all
select 'social_care', a.council, a.council || lpad(r.local::varchar, 8, '0'), r.person, 'council_record', r.record
from council_record as r join council as a on a.ix = r.sender
where r.record in (
    select e.record from care_event as e
    where e.start <= if(getvariable('nights') > 1 and e.borough % 4 = 0, getvariable('end'), getvariable('first_night'))
        and if(e.kind = 2, e.stop >= getvariable('history_start') - 1,
            e.stop between getvariable('history_start') - 1
                and if(getvariable('nights') > 1 and e.borough % 4 = 0, getvariable('end'), getvariable('first_night'))))
;
create or replace temp table gp_marks as
select if(e.is_emis, 'YGE01', 'YGT01') as sender, if(e.is_emis, guid('emis patient', e.rec), e.rec::varchar) as record_id,
    if(e.is_emis, guid(e.word, e.id), e.id::varchar) as row_key, e.kind, e.detail, e.planted_on
from (
    select is_emis, rec, id, 'emis consultation' as word, 'row_deleted' as kind, 'consultation' as detail, true_day(deleted_on) as planted_on
    from gp_consultation where deleted_on < 90000 and not is_missed
    union all
    select is_emis, rec, id, 'emis observation', 'row_deleted', 'observation', true_day(deleted_on) from gp_observation where deleted_on < 90000
    union all
    select is_emis, rec, id, 'emis issue', 'row_deleted', 'issue', true_day(deleted_on) from gp_issue where deleted_on < 90000
    union all
    select is_emis, rec, id, 'emis consultation', 'row_confidential', 'consultation', true_day(day)
    from gp_consultation where is_confidential and is_emis and day <= getvariable('end')
    union all
    select is_emis, rec, id, 'emis observation', 'row_confidential', 'observation', true_day(day)
    from gp_observation where is_confidential and is_emis and visible <= getvariable('end')
    union all
    select o.is_emis, o.rec, o.id, 'emis observation', 'legally_restricted_code', 'CodeId', true_day(o.day)
    from gp_observation as o join code as c on c.ix = o.code where c.snomed = '52637005' and o.visible <= getvariable('end')
) as e;
create or replace temp table withheld_record as
select 'acute' as source, t.code as sender, 'ANON' || s.id as record_id, s.person
from spell as s join acute_trust as t on t.ix = s.trust where s.is_withheld and s.admit <= getvariable('end')
union all
select 'acute', t.code, 'ANONO' || s.id, s.person
from outpatient as s join acute_trust as t on t.ix = s.trust where s.is_withheld
union all
select 'acute', t.code, 'ANONE' || s.id, s.person
from attendance as s join acute_trust as t on t.ix = s.trust where s.is_withheld and s.departs <= getvariable('end');
