-- What the alphanumeric and algorithmic traces look people up by. Only people of the index who share a birth date (or what
-- is known of it) with a record left are met; every name is given its Soundex once.
create or replace temp table record_left as
select * from untraced_record where record_key not in (select record_key from pair_partial);

create or replace temp table index_met as
select p.nhs_number, p.birth_date, p.gender, p.family_name, p.family_folded, p.given_folded, p.given_root, p.postcode,
    p.former_family_names, p.former_given_names, p.former_postcodes
from person_index as p
where
    p.birth_date in (select birth_date from record_left where birth_date is not null)
    or year(p.birth_date) in (
        select birth_year from record_left
        where birth_date is null and can_alphanumeric and not getvariable('rule_alphanumeric_needs_place'));

create or replace temp table index_family as
select nhs_number, birth_date, gender, family_folded as family, given_root as given from index_met
union all
select nhs_number, birth_date, gender, family, unnest(givens)
from (
    select
        m.nhs_number, m.birth_date, m.gender,
        unnest(list_distinct(
            if(getvariable('rule_halves_count'), name_halves(m.family_name), []) || [m.family_folded] || m.former_family_names
        )) as family,
        list_distinct(list_filter([m.given_root] || m.former_given_names
            || list_transform(k.roots, lambda root: root), lambda g: g is not null)) as givens
    from index_met as m
    left join (
        select m.nhs_number, list(n.root) as roots
        from (select nhs_number, gender, unnest(former_given_names) as nickname from index_met) as m
        inner join nickname_of_gender as n on n.nickname = m.nickname and n.gender is not distinct from m.gender
        group by m.nhs_number
    ) as k on k.nhs_number = m.nhs_number
    where len(m.former_family_names) > 0 or len(m.former_given_names) > 0
        or getvariable('rule_halves_count') and regexp_matches(m.family_name, '[ -]')
);

create or replace temp table record_family as
select record_key, birth_date, gender, given_root as given, unnest(list_distinct(
    if(getvariable('rule_halves_count'), name_halves(family_name), []) || [family_folded])) as family
from record_left
where family_folded is not null;

create or replace temp table name_sound as
select folded, soundex(folded) as sound
from (
    select family as folded from index_family union select given from index_family
    union select family from record_family union select given_root from record_left union select given_folded from record_left
)
where folded is not null;
