-- record_left and index_met -> pair_alphanumeric (found alone, so a match) and alphanumeric_count (how many were found).
-- Soundex of the current family name and the gender agree, and whatever else the record has: birth date or the parts of
-- it, Soundex of a given name, postcode (both now or before), practice, date of death.
-- Source: Person_ID Handbook, alphanumeric trace. Addresses (PAF) are not held here.
create or replace temp table alphanumeric_found as
with asked as (
    select r.*, s.sound as family_sound, soundex(r.given_folded) as given_sound
    from record_left as r
    inner join name_sound as s on s.folded = r.family_folded
    where
        r.can_alphanumeric
        and (
            not getvariable('rule_alphanumeric_needs_place')
            or r.birth_date is not null and r.given_folded is not null
            and coalesce(r.postcode, r.practice_code) is not null
        )
),
met as (
    select m.*, s.sound as family_sound
    from index_met as m
    inner join name_sound as s on s.folded = m.family_folded
),
met_on_date as (
    select a.record_key, m.nhs_number
    from asked as a
    inner join met as m on m.birth_date = a.birth_date and m.gender = a.gender and m.family_sound = a.family_sound
    union all
    select a.record_key, m.nhs_number
    from asked as a
    inner join met as m
        on year(m.birth_date) = a.birth_year and m.gender = a.gender and m.family_sound = a.family_sound
    where
        a.birth_date is null
        and (a.birth_month is null or a.birth_month = month(m.birth_date))
        and (a.birth_day is null or a.birth_day = day(m.birth_date))
)
select d.record_key, d.nhs_number
from met_on_date as d
inner join asked as a on a.record_key = d.record_key
inner join person_index as p on p.nhs_number = d.nhs_number
where
    (a.given_folded is null or list_contains(
        list_transform(list_append(p.former_given_names, p.given_folded), lambda g: soundex(g)), a.given_sound))
    and (a.postcode is null or a.postcode = p.postcode or list_contains(p.former_postcodes, a.postcode))
    and (a.practice_code is null or a.practice_code = p.practice_code)
    and (a.death_date is null or a.death_date = p.death_date);

-- Family and given name written in each other's place: they agree exactly, and birth date, gender and postcode with them.
create or replace temp table exchanged_found as
select r.record_key, m.nhs_number
from record_left as r
inner join index_met as m
    on m.birth_date = r.birth_date and m.family_folded = r.given_folded and m.given_folded = r.family_folded
where
    getvariable('rule_names_exchanged')
    and m.family_folded <> m.given_folded
    and m.gender = r.gender
    and (m.postcode = r.postcode or list_contains(m.former_postcodes, r.postcode));

create or replace temp table alphanumeric_count as
select record_key, count(*) as candidates, min(nhs_number) as nhs_number
from (from alphanumeric_found union from exchanged_found)
group by record_key;

create or replace temp table pair_alphanumeric as
select f.record_key, f.nhs_number
from alphanumeric_count as f
left join exchanged_found as x on x.record_key = f.record_key and x.nhs_number = f.nhs_number
inner join record_left as r on r.record_key = f.record_key
inner join person_index as p on p.nhs_number = f.nhs_number
where
    f.candidates = 1
    and not is_bound_elsewhere(r.has_verified_number, coalesce(r.traceable_number, r.nhs_number), p.nhs_number)
    and (x.record_key is not null or not is_twin(r.birth_date, r.given_folded, r.given_root,
        p.birth_date, p.given_folded, p.given_root, p.former_given_names, p.other_given_name));
