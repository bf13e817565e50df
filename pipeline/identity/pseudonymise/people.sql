-- record_eligibility -> kept_record: records that may be in the product, each with its person's key.
create or replace temp table kept_record as
with keyed_person as (
    select person_id, keyed_hash('person|v1|' || person_id) as person_key
    from (select distinct person_id from record_eligibility where reason is null)
)
select e.source, e.sender, e.record_id, e.person_id, k.person_key, r.link_step, r.link_confidence
from record_eligibility as e
inner join keyed_person as k using (person_id)
inner join vault.record as r using (source, sender, record_id)
where e.reason is null;
create or replace temp table written_record (source varchar, sender varchar, record_id varchar);
create or replace temp table withheld_row (reason varchar, person_id varchar, rows bigint);
create or replace temp table file_account (file_id varchar, rows_in bigint, rows_out bigint, rows_withheld bigint);
