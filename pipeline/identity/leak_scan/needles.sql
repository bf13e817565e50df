-- What must not be found, from the person index.
create or replace temp table number_form as
with numbers as (
    select nhs_number from vault.record where nhs_number is not null
    union
    select nhs_number from vault.person where nhs_number is not null
)
select distinct regexp_replace(nhs_number, '[^0-9]', '', 'g') as digits
from numbers
where regexp_full_match(regexp_replace(nhs_number, '[^0-9]', '', 'g'), '[0-9]{10}');

-- How likely ten digits that have nothing to do with anybody are one of these numbers, by their first three:
-- numbers are issued in ranges, so within a range they stand closer than over all.
create or replace temp table number_density as
select left(digits, 3) as lead, count(*) / 1e7 as share from number_form group by all;

-- Names of the index, folded, one person's given with the family name.
create or replace temp table name_pair as
select distinct unnest([given_folded || ' ' || family_folded, family_folded || ' ' || given_folded]) as pair
from vault.record
where length(given_folded) >= 2 and length(family_folded) >= 2;

-- The two in one word; short ones are words of their own (Rosewood, Whitehall).
create or replace temp table name_glued as
select distinct replace(pair, ' ', '') as glued from name_pair where length(pair) > 12;  -- the blank with them

-- An initial and the family name, before or behind it, of families that few belong to.
create or replace temp table name_initial as
with rare as (
    select family_folded from vault.record
    where length(family_folded) >= 6
    group by family_folded
    having count(distinct person_id) <= 5
)
select distinct unnest([given_folded[1] || ' ' || family_folded, family_folded || ' ' || given_folded[1]]) as pair
from vault.record
semi join rare using (family_folded)
where length(given_folded) >= 2;

create or replace temp table name_word as
select distinct unnest([given_folded, family_folded]) as word
from vault.record
where length(given_folded) >= 2 and length(family_folded) >= 2;

create or replace temp table home_postcode as
select distinct regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g') as postcode from vault.record where length(postcode) >= 5;

-- What is found: values that hold a needle for certain, and what is weighed against chance.
create or replace temp table leak (kind varchar, place varchar, text varchar);
create or replace temp table found (kind varchar, place varchar, values_found bigint);
create or replace temp table weighed (kind varchar, place varchar, values_found bigint, by_chance double);
