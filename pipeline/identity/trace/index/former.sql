-- index_voice, index_current and record_of_number -> index_former_name and index_former_postcode.
-- What the person was called and where they lived before: other names and postcodes of the records that speak, and what
-- those records call former. Only what differs from the current is gathered: most people have none. Names come from the
-- first voice and from those that call the person by a like given name; a voice that plainly calls them otherwise may be
-- another person's, and what it says would let that person in.
create or replace temp table index_former as
select
    c.nhs_number, r.family_name, r.given_name, r.other_given_name, r.family_folded, r.given_folded, r.postcode,
    r.former_names, r.former_family_names, r.former_given_names, r.former_postcodes,
    c.family_name as family_now, c.given_name as given_now, c.other_given_name as other_given_now, c.postcode as postcode_now,
    v.record_key = c.first_key or is_like_any_given(
        r.given_folded, r.given_root, c.given_folded, c.given_root, c.former_given_said, c.other_given_name) as is_like
from index_voice as v
inner join record_of_number as r on r.record_key = v.record_key
inner join index_current as c on c.nhs_number = v.nhs_number
where
    len(r.former_names) > 0 or len(r.former_postcodes) > 0
    or r.postcode <> coalesce(c.postcode, '')
    or r.family_name <> coalesce(c.family_name, '')
    or r.given_name <> coalesce(c.given_name, '')
    or r.other_given_name <> coalesce(c.other_given_name, '');

create or replace temp table index_former_name as
with instance as (
    select nhs_number, family_name, given_name, other_given_name, family_folded, given_folded
    from index_former
    where is_like and (family_name is distinct from family_now or given_name is distinct from given_now
        or other_given_name is distinct from other_given_now)
    union
    select nhs_number, n.family_name, n.given_name, null, letters_only(n.family_name), letters_only(n.given_name)
    from (select nhs_number, unnest(former_names) as n from index_former where is_like and len(former_names) > 0)
)
select
    nhs_number,
    list({'family_name': family_name, 'given_name': given_name, 'other_given_name': other_given_name}
        order by family_name, given_name, other_given_name) as former_names,
    list(distinct family_folded order by family_folded) filter (family_folded is not null) as former_family_names,
    list(distinct given_folded order by given_folded) filter (given_folded is not null) as former_given_names
from instance
where coalesce(family_name, given_name) is not null
group by nhs_number;

create or replace temp table index_former_postcode as
with instance as (
    select nhs_number, postcode, postcode_now from index_former where postcode is not null and coalesce(is_like, true)
    union
    select nhs_number, unnest(former_postcodes), postcode_now from index_former
    where len(former_postcodes) > 0 and coalesce(is_like, true)
)
select nhs_number, list(distinct postcode order by postcode) as former_postcodes
from instance
where postcode is distinct from postcode_now
group by nhs_number;
