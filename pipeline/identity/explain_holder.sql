-- One record beside the one that it is compared with: the best other record of its person, a GP's before any other;
-- where it has none, that of the person who holds its number.
with asked as ({record}),
other as (
    select r.*, r.person_id = a.person_id as is_own
    from vault.record as r
    inner join asked as a
        on r.person_id = a.person_id or r.person_id in (
            select p.person_id from vault.person as p
            where p.nhs_number = coalesce(a.traceable_number, a.nhs_number) and p.state is distinct from 'absorbed'
        )
    where r.record_key <> a.record_key
),
holder as (
    select *
    from other
    order by
        is_own desc, source = 'gp' desc, is_registered desc, registered_on desc nulls last, sender, record_id
    limit 1
)
select {compared} from asked as a cross join holder as h
