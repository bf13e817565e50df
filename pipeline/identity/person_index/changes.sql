-- landed_patient (fhir/Patient), gp_registration -> patient_now (the Patients there are, with record_key and row_hash),
-- and the records that went since the last linking (record_gone).
-- Of several rows of one record the latest counts; where each record has one, as is the rule, none is sorted.
create or replace temp table patient_place as
select hash(_source, _sender, coalesce(_record_id, id)) as key_hash, _extract_date, _file_id, _row, id
from landed_patient;
create or replace temp table patient_replaced as
with repeated as (select key_hash from patient_place group by key_hash having count(*) > 1)
select _file_id, _row, id
from patient_place semi join repeated using (key_hash)
qualify row_number() over (partition by key_hash order by _extract_date desc, _file_id, _row desc, id) > 1;

create or replace temp table registration_hash as
select
    hash(source, sender, record_id) as key_hash,
    bit_xor(hash(source, sender, record_id, practice_code, started_on, is_current)) as registration_hash
from gp_registration
group by key_hash;

-- All that a landed Patient says of a person, and the registration that goes with it, in one number. A FHIR row is
-- wide and costs most to read: it is read once, hashed, and kept only where the number is not known.
create or replace temp view patient_now as
select p.*, p._source || '|' || p._sender || '|' || p.record_id as record_key, hash(p.said_hash, r.registration_hash) as row_hash
from (
    select
        l.*,
        coalesce(l._record_id, l.id) as record_id,
        hash(l._source, l._sender, coalesce(l._record_id, l.id)) as key_hash,
        hash(
            l._source, l._sender, coalesce(l._record_id, l.id), l.identifier, l.name, l.birthDate, l.gender, l.address,
            l.generalPractitioner, l.deceasedDateTime, l.meta
        ) as said_hash
    from landed_patient as l
) as p
left join registration_hash as r on r.key_hash = p.key_hash
anti join patient_replaced as x on x._file_id = p._file_id and x._row = p._row and x.id = p.id;

create or replace temp table record_gone as
select r.record_key
from vault.record as r
anti join patient_place as p on p.key_hash = hash(r.source, r.sender, r.record_id);
