-- superseding_said, number_holder_said (of the changed records), record_gone -> superseding_fresh (what the changed records
-- say), superseding_gone (the rows of vault.superseding that no longer hold); and, as they were last night (.._before) and
-- as they are: superseding_known, and number_holder: who holds a number that anybody says was replaced, or replaces one.
create or replace temp table superseding_fresh as select record_key, old_number, new_number from superseding_said;
create or replace temp table superseding_gone as
select s.record_key, s.old_number, s.new_number
from vault.superseding as s
where
    s.record_key in (select record_key from record_gone)
    or s.record_key in (select record_key from patient_hash);
create or replace temp view superseding_before as select record_key, old_number, new_number from vault.superseding;
create or replace temp table superseding_known as
select record_key, old_number, new_number from superseding_fresh
union
select record_key, old_number, new_number
from vault.superseding anti join superseding_gone using (record_key, old_number, new_number);

create or replace temp table number_holder_before as
select
    record_key, nhs_number, birth_date, coalesce(is_registered, false) as is_registered,
    coalesce(nhs_number_status = '01', false) as is_verified
from vault.record
where
    not is_test and (source = 'gp' or nhs_number_status = '01')
    and nhs_number in (
        select unnest([old_number, new_number]) from superseding_known
        union
        select unnest([old_number, new_number]) from vault.superseding
    );
create or replace temp table number_holder as
select *
from number_holder_before
anti join record_gone using (record_key)
anti join patient_hash using (record_key)
union all
select *
from number_holder_said
where nhs_number in (select unnest([old_number, new_number]) from superseding_known);
