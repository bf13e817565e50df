-- identity_record, record_gone -> record_met (rows of vault.record that changed or went) and number_wanted: the numbers whose
-- row of the index may change.
create or replace temp table record_met as
select r.rowid as place, r.traceable_number
from vault.record as r
where r.record_key in (select record_key from identity_record union all select record_key from record_gone);

-- Of records that changed, as they were and as they are, or that went.
create or replace temp table number_wanted as
select traceable_number as nhs_number from identity_record where traceable_number is not null
union
select traceable_number from record_met where traceable_number is not null;
