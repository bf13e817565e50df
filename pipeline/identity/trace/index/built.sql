-- index_current, with former names and postcodes -> index_built: one row an established number, the person index's own
-- Personal Demographics Service. A function of the records alone: their order plays no part.
create or replace temp table index_built as
select
    c.nhs_number,
    c.birth_date,
    c.is_from_gp,
    c.is_verified,
    c.gender,
    c.family_name,
    c.given_name,
    c.other_given_name,
    c.family_folded,
    c.given_folded,
    c.given_root,
    c.postcode,
    outcode_of(c.postcode) as outcode,
    c.practice_code,
    c.death_date,
    c.is_restricted,
    coalesce(n.former_names, []) as former_names,
    list_filter(coalesce(n.former_family_names, []), lambda f: f is distinct from c.family_folded) as former_family_names,
    list_filter(coalesce(n.former_given_names, []), lambda g: g is distinct from c.given_folded) as former_given_names,
    coalesce(p.former_postcodes, []) as former_postcodes
from index_current as c
left join index_former_name as n on n.nhs_number = c.nhs_number
left join index_former_postcode as p on p.nhs_number = c.nhs_number;
