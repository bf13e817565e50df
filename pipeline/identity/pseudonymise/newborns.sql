-- kept_record gets born_on, the person's birth date, and newborn_until, the first day after the newborn period: 28
-- days (the neonatal period, WHO and NHS Data Dictionary), or longer where a hospital stay or a course of medicine that
-- began in it lasts longer, at most a year. Both are null where no date has to move: the birth date is not known, or
-- the first of a month, which is what leaves of it anyway. Needs kept_record, row_eligibility and the views stay_row
-- (Encounter) and course_row (MedicationRequest); variable as_of, up to which an open stay lasts.
create or replace temp table born as
select person_id, birth_date as born_on
from vault.person
where day(birth_date) <> 1 and person_id in (select person_id from kept_record);

create or replace temp table begun as
select _source, _sender, _record_id, _file_id, _row, period."start" as starts_at,
    coalesce(period."end", if("class".code in ('IMP', 'ACUTE', 'NONAC', 'SS'), getvariable('as_of')::varchar, null)) as ends_at
from stay_row
where _record_id is not null and period."start" is not null
union all
select _source, _sender, _record_id, _file_id, _row, authoredOn, dispenseRequest.validityPeriod."end"
from course_row
where _record_id is not null and authoredOn is not null;

create or replace temp table newborn_period as
with lasting as (
    select k.person_id, max(fhir_timestamp(b.ends_at)::date) as last_on
    from begun as b
    inner join kept_record as k on k.source = b._source and k.sender = b._sender and k.record_id = b._record_id
    inner join born using (person_id)
    anti join row_eligibility as w
        on w.source = b._source and w.sender = b._sender and w.file_id = b._file_id and w.row = b._row
    -- As text, which is quick, and a day too wide on either side for hours that are another day in London.
    where left(b.starts_at, 10) between (born_on - 1)::varchar and (born_on + 28)::varchar
    group by k.person_id
)
select person_id, born_on, greatest(born_on + 28, least(last_on + 1, born_on + 366)) as newborn_until
from born
left join lasting using (person_id);
drop table begun;
drop table born;

create or replace temp table kept_record as
select k.*, n.born_on, n.newborn_until
from kept_record as k
left join newborn_period as n using (person_id);
