-- identity_record -> person_index (who holds a number) and linked_record (identity_record with its person).
-- A function of tonight's records alone: neither their order nor what was linked before plays a part.
create or replace temp view traceable_record as
select
    *,
    if(nhs_number_outcome in ('valid_untraced', 'valid_traced') and birth_date is not null, nhs_number, null)
        as traceable_number
from identity_record;

-- One birth date a number. A GP registration decides, the current one that began last before any other; a
-- number that no practice knows has the birth date that most records give it. Test records only count where
-- nothing else does.
create or replace temp table person_index as
with evidence as (
    select
        nhs_number,
        birth_date,
        bool_and(is_test) as is_test,
        coalesce(max(1 + is_registered::integer) filter (source = 'gp' and not is_test), 0) as gp_standing,
        max(registered_on) filter (source = 'gp' and is_registered and not is_test) as registered_on,
        count(*) as records,
        bool_or(nhs_number_outcome = 'valid_traced') as is_traced
    from traceable_record
    where traceable_number is not null
    group by nhs_number, birth_date
)
select
    nhs_number,
    birth_date,
    gp_standing > 0 as is_from_gp,
    keyed_hash('nhs-number|v1|' || nhs_number) as person_id
from evidence
qualify row_number() over (
    partition by nhs_number
    order by is_test, gp_standing desc, registered_on desc nulls last, records desc, is_traced desc, birth_date
) = 1;

create or replace temp table linked_record as
with compared as (
    select
        r.*,
        p.person_id as holder_id,
        p.is_from_gp,
        case
            when p.person_id is null then 'unmatched'
            when r.birth_date <> p.birth_date then 'birth_date_conflict'
            when r.source = 'gp' then 'registered'
            when p.is_from_gp then 'cross_check'
            else 'number_founded'
        end as link_step
    from traceable_record as r
    left join person_index as p on p.nhs_number = r.traceable_number
)
select
    * exclude (holder_id, is_from_gp, traceable_number),
    case
        when link_step in ('unmatched', 'birth_date_conflict')
            then keyed_hash('local|v1|' || source || '|' || sender || '|' || record_id)
        else holder_id
    end as person_id,
    if(link_step in ('unmatched', 'birth_date_conflict'), 0, 100) as link_confidence
from compared;
