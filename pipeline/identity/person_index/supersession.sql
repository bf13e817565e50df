-- patient_changed, record_gone -> superseding_fresh (record_key, old_number, new_number: what the changed records say),
-- superseding_gone (the rows of vault.superseding that no longer hold), supersession_before and supersession.
-- Only numbers that can exist are learnt, and never a number as its own successor.
create or replace temp table superseding_fresh as
with sent as (
    select
        _source || '|' || _sender || '|' || coalesce(_record_id, id) as record_key,
        nhs_number_digits(current_nhs_identifier(identifier).value) as new_number,
        unnest(list_filter(nhs_identifiers(identifier), lambda i: i."use" = 'old')) as replaced
    from patient_changed
    where len(identifier) > 1
)
select distinct record_key, nhs_number_digits(replaced.value) as old_number, new_number
from sent
where
    old_number <> new_number
    and nhs_number_outcome(old_number, null, getvariable('allow_synthetic_numbers')) = 'valid_untraced'
    and nhs_number_outcome(new_number, null, getvariable('allow_synthetic_numbers')) = 'valid_untraced';
create or replace temp table superseding_gone as
select s.record_key, s.old_number, s.new_number
from vault.superseding as s
where
    s.record_key in (select record_key from record_gone)
    or s.record_key in (select record_key from patient_hash);
create or replace temp table supersession_before as select distinct old_number, new_number from vault.superseding;
create or replace temp table supersession as
select distinct old_number, new_number from superseding_fresh
union
select old_number, new_number
from vault.superseding anti join superseding_gone using (record_key, old_number, new_number);
