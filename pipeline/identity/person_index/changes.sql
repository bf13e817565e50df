-- landed_patient (fhir/Patient), gp_registration, row_known (row_hash of the records of the last linking) ->
-- patient_unknown (_said_hash of rows that may say something new) and record_gone (the records that went since).
-- A FHIR row is wide and costs most to read: of all rows only the hash is read, and who it is of.
-- Of several rows of one record the latest counts; where each record has one, as is the rule, none is sorted.
create or replace temp table patient_place as
select hash(_source, _sender, coalesce(_record_id, id)) as key_hash, _said_hash
from landed_patient;
create or replace temp table patient_repeated as
select key_hash from patient_place group by key_hash having count(*) > 1;
create or replace temp table patient_replaced as
select _file_id, _row, id
from (
    select hash(_source, _sender, coalesce(_record_id, id)) as key_hash, _extract_date, _file_id, _row, id
    from landed_patient
)
where key_hash in (select key_hash from patient_repeated)
qualify row_number() over (partition by key_hash order by _extract_date desc, _file_id, _row desc, id) > 1;

create or replace temp table registration_hash as
select
    hash(source, sender, record_id) as key_hash,
    bit_xor(hash(source, sender, record_id, practice_code, started_on, is_current)) as registration_hash
from gp_registration
group by key_hash;

-- All that a landed Patient says of a person (the hash that landing wrote), and the registration that goes with it, in
-- one number: what it says is new where that number is not known. Many rows may say it, the latest of them counts.
create or replace temp table patient_unknown as
select distinct p._said_hash
from patient_place as p
left join registration_hash as r on r.key_hash = p.key_hash
anti join row_known as k on k.row_hash = hash(p._said_hash, r.registration_hash)
where not getvariable('everything'); -- where everything is linked, everything is read

create or replace temp table record_gone as
select r.record_key
from vault.record as r
anti join patient_place as p on p.key_hash = hash(r.source, r.sender, r.record_id);
