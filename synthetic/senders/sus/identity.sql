-- The identifying columns that APC, OP and ECDS rows share: one row a record, as known in this extract.
-- Names only where the NHS number is not verified (NHS Data Dictionary, CDS person identification).
create or replace temp table sus_identity as
select
    r.record,
    r.mended_on,
    r.person,
    lpad(r.local::varchar, 8, '0') as local_id,
    number_of(r) as nhs_number,
    status_of(r) as status,
    if(status_of(r) = '01', null, r.given) as given,
    if(status_of(r) = '01', null, r.surname) as family,
    day(r.born) as born,
    r.sex::varchar as sex,
    if(r.ethnic_draw < 0.04, 'Z', if(r.ethnic_draw < 0.06, '99', r.ethnic_category)) as ethnic,
    postcode_of(r) as postcode,
    r.practice_before,
    r.practice_now,
    r.switched_on
from acute_record as r
