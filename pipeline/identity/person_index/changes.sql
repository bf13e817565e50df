-- landed_patient (fhir/Patient), gp_registration -> the Patients there are (patient_hash), those that came or changed
-- since the last linking (patient_hash_changed), and the records that went (record_gone).
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

-- All that a landed Patient says of a person, and the registration that goes with it, in one number. Joins carry
-- only such numbers and places: a FHIR row is wide.
create or replace temp table patient_hash as
with said as (
    select
        _source, _sender, coalesce(_record_id, id) as record_id, _file_id, _row, id,
        hash(
            _source, _sender, coalesce(_record_id, id), identifier, name, birthDate, gender, address,
            generalPractitioner, deceasedDateTime, meta
        ) as said_hash
    from landed_patient
),
registered as (
    select source, sender, record_id, hash(practice_code, started_on, is_current) as registration_hash
    from gp_registration
)
select
    s._source || '|' || s._sender || '|' || s.record_id as record_key,
    s._file_id, s._row, s.id,
    hash(s.said_hash, r.registration_hash) as row_hash
from said as s
left join registered as r on r.source = s._source and r.sender = s._sender and r.record_id = s.record_id
anti join patient_replaced as p on p._file_id = s._file_id and p._row = s._row and p.id = s.id;

create or replace temp table patient_hash_changed as
select h.* from patient_hash as h anti join row_known as k on k.row_hash = h.row_hash;
create or replace temp table record_gone as
select r.record_key
from vault.record as r
anti join patient_place as p on p.key_hash = hash(r.source, r.sender, r.record_id);
