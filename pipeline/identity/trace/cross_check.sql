-- record_to_trace and person_index -> crossed: records whose number and whole birth date are those of the index, and
-- untraced_record: what is left for the dearer steps. Source: Person_ID Handbook, cross-check trace.
-- The twin guard: a number is not enough where it was not verified, and what the record calls the person is plainly
-- somebody else: a twin's number is the one wrong number whose birth date agrees.
create or replace temp table crossed as
select
    r.record_key,
    if(r.source = 'gp' and not r.is_superseded_number, 'registered', 'cross_check') as link_step,
    p.nhs_number as matched_number,
    if(p.is_restricted, '92', if(r.is_superseded_number, '90', '00')) as code
from record_to_trace as r
inner join person_index as p on p.nhs_number = r.traceable_number and p.birth_date = r.birth_date
where not (
    getvariable('rule_twin_guard')
    and r.nhs_number_status is distinct from '01'
    and coalesce(r.given_folded <> p.given_folded, false)
    and not is_like_any_given(
        r.given_folded, r.given_root, p.given_folded, p.given_root, p.former_given_names, p.other_given_name)
    and (
        coalesce(r.nhs_number_status in ('04', '05'), false)
        or coalesce(r.gender in ('male', 'female') and p.gender in ('male', 'female') and r.gender <> p.gender, false)
        or coalesce(not is_like_family(
            r.family_name, r.family_folded, p.family_name, p.family_folded, p.former_family_names), false)
    )
);

create or replace temp table untraced_record as
select
    r.*,
    r.nhs_number_outcome = 'valid_traced' as has_verified_number,
    -- Which steps the record has enough for, and so whether it could have been found at all.
    r.traceable_number is not null and r.birth_date is not null as can_cross_check,
    r.family_folded is not null and r.birth_year is not null and r.gender is not null as can_alphanumeric,
    r.birth_date is not null and r.gender is not null and r.postcode is not null as can_algorithmic
from record_to_trace as r
where r.record_key not in (select record_key from crossed);
