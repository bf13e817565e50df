-- record_eligibility -> kept_record: records that may be in the product, each with its person's key at the three
-- thresholds of linking. A person at the loose threshold goes by the id of one of the people that it joins and
-- that the product holds: the key of somebody who is kept out is never written, not even as a label.
create or replace temp table kept_record as
with kept as (
    select
        e.source, e.sender, e.record_id, e.person_id,
        coalesce(r.strict_person_id, e.person_id) as strict_person_id,
        coalesce(r.loose_person_id, e.person_id) as loose_person_id,
        r.link_step,
        r.link_confidence,
        r.probability_false,
        coalesce(r.probability_missed, 0.0) as probability_missed
    from record_eligibility as e
    inner join vault.record as r using (source, sender, record_id)
    where e.reason is null
),
joined as (
    select
        loose_person_id,
        coalesce(min(person_id) filter (person_id = loose_person_id), min(person_id)) as joined_id
    from kept
    group by loose_person_id
),
keyed_person as (
    select person_id, keyed_hash('person|v1|' || person_id) as person_key
    from (select person_id from kept union select strict_person_id from kept)
)
select
    k.* exclude (strict_person_id, loose_person_id),
    middle.person_key,
    strict.person_key as strict_person_key,
    loose.person_key as loose_person_key
from kept as k
inner join joined as j using (loose_person_id)
inner join keyed_person as middle on middle.person_id = k.person_id
inner join keyed_person as strict on strict.person_id = k.strict_person_id
inner join keyed_person as loose on loose.person_id = j.joined_id;
create or replace temp table written_record (source varchar, sender varchar, record_id varchar);
create or replace temp table withheld_row (reason varchar, person_id varchar, rows bigint);
create or replace temp table file_account (file_id varchar, rows_in bigint, rows_out bigint, rows_withheld bigint);
