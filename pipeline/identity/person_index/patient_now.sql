-- {landed} (fhir/Patient), registration_hash, patient_replaced -> {name}: the Patients there are, with record_key and
-- row_hash.
create or replace temp view {name} as
select p.*, p._source || '|' || p._sender || '|' || p.record_id as record_key, hash(p._said_hash, r.registration_hash) as row_hash
from (
    select
        l.*,
        coalesce(l._record_id, l.id) as record_id,
        hash(l._source, l._sender, coalesce(l._record_id, l.id)) as key_hash
    from {landed} as l
) as p
left join registration_hash as r on r.key_hash = p.key_hash
anti join patient_replaced as x on x._file_id = p._file_id and x._row = p._row and x.id = p.id;
