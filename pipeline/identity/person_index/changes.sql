-- landed_patient (fhir/Patient), gp_registration, vault.record -> patient_unknown (_said_hash and _extract_date of rows that may
-- say something new), patient_replaced (rows of a record that a later one counts before) and record_gone (the records that
-- went since).
-- A FHIR row is wide and costs most to read: of all rows only the hash is read, and who it is of.
create or replace temp table patient_place as
select hash(_source, _sender, coalesce(_record_id, id)) as key_hash, _said_hash, _extract_date
from landed_patient;

create or replace temp table registration_hash as
select
    hash(source, sender, record_id) as key_hash,
    bit_xor(hash(source, sender, record_id, practice_code, started_on, is_current)) as registration_hash
from gp_registration
group by key_hash;

-- All that a landed Patient says of a person (the hash that landing wrote), and the registration that goes with it, in
-- one number: what is met on both sides is as it was, and the rest is what tonight is about. Many rows may say the same.
create or replace temp table patient_unmet as
select p.key_hash, p._said_hash, p._extract_date, k.record_key
from (
    select p.*, hash(p._said_hash, r.registration_hash) as row_hash
    from patient_place as p
    left join registration_hash as r on r.key_hash = p.key_hash
) as p
full join (
    select record_key, if(getvariable('everything'), null, row_hash) as row_hash from vault.record
) as k on k.row_hash = p.row_hash
where p.row_hash is null or k.row_hash is null;
create or replace temp table patient_unknown as
select distinct _said_hash, _extract_date
from patient_unmet
where _said_hash is not null and not getvariable('everything'); -- where everything is linked, everything is read

create or replace temp table record_gone as
select r.record_key
from vault.record as r
semi join (select record_key from patient_unmet where record_key is not null) as u on u.record_key = r.record_key
anti join patient_place as p on p.key_hash = hash(r.source, r.sender, r.record_id);

-- Of several rows of one record the latest counts; where each record has one, as is the rule, none is sorted. Only a row
-- that says something new can take another's place, or be itself replaced by one that is known.
create or replace temp table patient_repeated as
select key_hash
from patient_place semi join (select key_hash from patient_unmet where key_hash is not null) using (key_hash)
group by key_hash
having count(*) > 1;
create or replace temp table patient_replaced as
select _file_id, _row, id
from (
    select hash(_source, _sender, coalesce(_record_id, id)) as key_hash, _extract_date, _file_id, _row, id
    from landed_patient
)
where key_hash in (select key_hash from patient_repeated)
qualify row_number() over (partition by key_hash order by _extract_date desc, _file_id, _row desc, id) > 1;
