-- record_fresh, record_gone -> relinked: one row of counts, of the records that were linked before and are there still.
-- A person is kept where it has the same records as before; merged persons have records of several, and of a split one the
-- records are several persons' now. One may be both. people_before and people_after count everybody.
create or replace temp table relinked as
with after as (
    select record_key, person_id from record_fresh
    union all
    select r.record_key, r.person_id
    from vault.record as r
    anti join record_fresh as f on f.record_key = r.record_key
    anti join record_gone as g on g.record_key = r.record_key
),
moved as (
    select b.person_id as was, a.person_id as becomes, count(*) as records
    from vault.record as b
    inner join after as a on a.record_key = b.record_key
    where b.person_id is not null
    group by all
),
by_before as (
    select was, count(*) as becomes, arg_max(becomes, records) as mostly from moved group by was
),
by_after as (
    select becomes, count(*) as were from moved group by becomes
)
select
    (select count(*) from after) as records,
    (select count(distinct person_id) from vault.record where person_id is not null) as people_before,
    (select count(distinct person_id) from after) as people_after,
    (
        select count(*) from by_before as b
        inner join by_after as a on a.becomes = b.mostly
        where b.becomes = 1 and a.were = 1
    ) as people_kept,
    (select count(*) from by_after where were > 1) as people_merged,
    (select count(*) from by_before where becomes > 1) as people_split,
    (select coalesce(sum(records), 0) from moved where was <> becomes) as records_moved;
