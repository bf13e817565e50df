-- record_to_trace and person_index -> refused_number: records whose number and whole birth date are those of the index, and
-- whom the number is not believed of, for what they are called is plainly somebody else. A twin's number is the one wrong
-- number whose birth date agrees; a number that several people were given agrees in what was typed for all of them.
-- Only the few records in question are compared by name.
create or replace temp table number_doubted as
select
    r.record_key, p.nhs_number, r.birth_date, r.nhs_number_status, r.given_folded, r.given_root,
    coalesce(r.family_name, p.family_name) as family_name, coalesce(r.family_folded, p.family_folded) as family_folded,
    coalesce(not is_like_family(
        r.family_name, r.family_folded, p.family_name, p.family_folded, p.former_family_names), false) as is_other_family,
    coalesce(r.gender in ('male', 'female') and p.gender in ('male', 'female') and r.gender <> p.gender, false)
        as is_other_gender
from record_to_trace as r
inner join person_index as p on p.nhs_number = r.traceable_number and p.birth_date = r.birth_date
where
    getvariable('rule_twin_guard')
    and r.given_folded <> p.given_folded
    and not is_like_any_given(
        r.given_folded, r.given_root, p.given_folded, p.given_root, p.former_given_names, p.other_given_name)
    and not is_exchanged(r.given_folded, r.family_folded, p.given_folded, p.family_folded);

-- Somebody else of the index was born on that day, in that family, and has that very given name: the twin.
create or replace temp table number_of_twin as
select distinct d.record_key
from number_doubted as d
inner join person_index as o on o.birth_date = d.birth_date
where
    d.nhs_number_status is distinct from '01'
    and o.nhs_number <> d.nhs_number
    and (o.given_folded = d.given_folded or o.given_root = d.given_root)
    and is_like_family(d.family_name, d.family_folded, o.family_name, o.family_folded, o.former_family_names);

create or replace temp table refused_number as
select record_key
from number_doubted
where
    is_other_family  -- of a verified number as well
    or nhs_number_status is distinct from '01' and is_other_gender
    or coalesce(nhs_number_status in ('04', '05'), false)
    or record_key in (select record_key from number_of_twin);
