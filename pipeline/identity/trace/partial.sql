-- untraced_record -> pair_partial: the number agrees, the birth date in part, and the name (the first letter of the given
-- and the first three of the family name) or, where a name is missing, the outcode, now or before.
-- Source: Person_ID Handbook, cross-check trace in Spine.
create or replace temp table pair_partial as
select r.record_key, p.nhs_number
from untraced_record as r
inner join person_index as p on p.nhs_number = r.traceable_number
where
    is_partial_birth_date(r.birth_year, r.birth_month, r.birth_day, p.birth_date)
    -- A whole birth date that agrees was refused by the cross-check for a reason.
    and r.birth_date is distinct from p.birth_date
    and case
        when r.family_folded is null or r.given_folded is null or p.family_folded is null or p.given_folded is null then
            r.outcode = p.outcode
            or list_contains(list_transform(p.former_postcodes, lambda code: outcode_of(code)), r.outcode)
        else
            left(r.given_folded, 1) = left(p.given_folded, 1)
            and (
                left(r.family_folded, 3) = left(p.family_folded, 3)
                or getvariable('rule_halves_count') and len(list_filter(
                    list_append(name_halves(r.family_name), r.family_folded), lambda ours:
                        len(list_filter(list_append(name_halves(p.family_name), p.family_folded), lambda theirs:
                            left(theirs, 3) = left(ours, 3))) > 0)) > 0
            )
    end;
