-- trace_result, record_known_near, record_near -> residue_known (whom the trace found no number for, with the code that it
-- gave) and residue_changed
-- (those that came, went or changed, each as it was and as it is). {columns}: the columns of identity_record.
create or replace temp table residue_known as
with unmatched as (
    select record_key, code from trace_result where matched_number is null
    union all
    select r.record_key, r.code
    from record_near as r
    anti join trace_result as t on t.record_key = r.record_key
    anti join record_gone as g on g.record_key = r.record_key
    where r.matched_number is null
)
select k.*, u.code from record_known_near as k inner join unmatched as u on u.record_key = k.record_key;

create or replace temp table residue_was as
select {columns} from record_near where matched_number is null and middle_anchor is not null;
create or replace temp table residue_altered as
select coalesce(w.record_key, k.record_key) as record_key
from residue_was as w
full outer join residue_known as k on k.record_key = w.record_key
where w.content_hash is distinct from k.content_hash;
create or replace temp table residue_changed as
select {columns} from residue_was semi join residue_altered using (record_key)
union all
select {columns} from residue_known semi join residue_altered using (record_key);
