-- landed_patient (fhir/Patient), gp_registration -> what came or changed since the last linking (patient_changed, in
-- the columns of landed_patient, and _row_hash), and what went (record_gone).
-- Table row_known (row_hash): of the records that need no second look.
-- Of several rows of one record the latest counts; where each record has one, as is the rule, none is sorted.
create or replace temp table patient_place as
select hash(_source, _sender, coalesce(_record_id, id)) as key_hash, _extract_date, _file_id, _row, id
from landed_patient;
create or replace temp table patient_replaced as
with repeated as (select key_hash from patient_place group by key_hash having count(*) > 1)
select _file_id, _row, id
from patient_place semi join repeated using (key_hash)
qualify row_number() over (partition by key_hash order by _extract_date desc, _file_id, _row desc, id) > 1;

-- All that a landed Patient says of a person, and the registration that goes with it, in one number.
create or replace temp view patient_standing as
select
    p.*,
    hash(
        p._source, p._sender, coalesce(p._record_id, p.id), p.identifier, p.name, p.birthDate, p.gender, p.address,
        p.generalPractitioner, p.deceasedDateTime, p.meta, g.practice_code, g.started_on, g.is_current
    ) as _row_hash
from landed_patient as p
left join gp_registration as g
    on p._source = 'gp' and g.source = p._source and g.sender = p._sender and g.record_id = p._record_id
anti join patient_replaced as s on s._file_id = p._file_id and s._row = p._row and s.id = p.id;

create or replace temp table patient_changed as
select s.* from patient_standing as s anti join row_known as k on k.row_hash = s._row_hash;

create or replace temp table record_gone as
select r.record_key
from vault.record as r
anti join patient_place as p on p.key_hash = hash(r.source, r.sender, r.record_id);
