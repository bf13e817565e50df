-- identity_record, record_near, record_known_near, index_changed, person_index, vault.decision -> trace_wanted (record_key).
create or replace temp table trace_wanted as
with changed as (
    select i.record_key
    from identity_record as i
    left join record_near as r on r.record_key = i.record_key and r.content_hash = i.content_hash
    where r.record_key is null or getvariable('everything')
),
-- Found otherwise than by the number, or not at all: another candidate could change that. Every other step meets
-- only people of the record's birth date, or of its year of birth where that is all that is known.
-- (One that changed as well is traced anyway.)
doubtful as (
    select record_key, birth_date, birth_year
    from record_near anti join record_gone using (record_key)
    where link_step not in ('registered', 'cross_check')
),
neighbour as (
    select record_key
    from doubtful
    where
        birth_date in (select birth_date from index_changed)
        or (birth_date is null and birth_year in (select year(birth_date) from index_changed))
),
-- Found by a number that was not verified, and called otherwise than its holder: somebody else of that birth date who
-- bears the name would be the one (the twin guard).
called_otherwise as (
    select k.record_key
    from (
        select record_key, traceable_number, given_folded
        from record_known_near
        where nhs_number_status is distinct from '01' and birth_date in (select birth_date from index_changed)
    ) as k
    inner join person_index as p on p.nhs_number = k.traceable_number
    where k.given_folded <> p.given_folded
)
select record_key from changed
union
select record_key from record_of_number
where traceable_number in (select nhs_number from index_changed)
union
select record_key from neighbour
union
select record_key from called_otherwise
union
select record_key
from record_known_near
where
    record_key in (select unnest([left_key, right_key]) from vault.decision)
    or record_key in (select record_key from vault.mps_answer);
