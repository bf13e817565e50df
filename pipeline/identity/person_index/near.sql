-- record_met, number_wanted -> record_place (rowid of vault.record): the rows that tonight is about. All that trace_wanted,
-- the index and the residue choose from must be here; what is left out and needed later is brought (bring_near).
create or replace temp table record_place as
select place from record_met
union
select rowid
from vault.record
where
    -- Whom nobody found by number and birth date: each change may show who it is.
    link_step not in ('registered', 'cross_check')
    or link_step is null
    or matched_number is null
    or traceable_number in (select nhs_number from number_wanted)
    or record_key in (
        select unnest([left_key, right_key]) from vault.decision union all select record_key from vault.mps_answer
    )
union
-- Found by a number that was not verified, and called otherwise than its holder (see trace_wanted.sql).
select k.place
from (
    select rowid as place, traceable_number, given_folded
    from vault.record
    where nhs_number_status is distinct from '01' and traceable_number is not null
) as k
inner join vault.person_index as p on p.nhs_number = k.traceable_number
where k.given_folded <> p.given_folded;
