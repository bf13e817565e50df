-- What must not be found, from the person index. Digits and letters in full width read as the plain ones.
create or replace temp macro plain_width(text) as translate(text, '０１２３４５６７８９', '0123456789');

create or replace temp table number_form as
with numbers as (
    select nhs_number from vault.record where nhs_number is not null
    union
    select nhs_number from vault.person where nhs_number is not null
)
select regexp_replace(nhs_number, '[^0-9]', '', 'g') as digits
from numbers
where regexp_full_match(regexp_replace(nhs_number, '[^0-9]', '', 'g'), '[0-9]{10}');

-- Hashed without a key, or merely encoded: of the digits, spaced as people write them, and with hyphens.
create or replace temp table number_token as
with written as (
    select digits as text from number_form
    union all
    select digits[1:3] || ' ' || digits[4:6] || ' ' || digits[7:10] from number_form
    union all
    select digits[1:3] || '-' || digits[4:6] || '-' || digits[7:10] from number_form
)
select 'encoded_number' as kind, unnest([lower(hex(encode(text))), rtrim(base64(encode(text)), '=')]) as token from written
union all
select 'hashed_number', unnest([
    md5(text), sha1(text), sha256(text),
    rtrim(base64(unhex(md5(text))), '='), rtrim(base64(unhex(sha1(text))), '='), rtrim(base64(unhex(sha256(text))), '=')
]) from written;

-- Names of the index, folded, one person's given with the family name.
create or replace temp table name_pair as
select distinct unnest([given_folded || ' ' || family_folded, family_folded || ' ' || given_folded]) as pair
from vault.record
where length(given_folded) >= 2 and length(family_folded) >= 2;

create or replace temp table name_word as
select distinct unnest([given_folded, family_folded]) as word
from vault.record
where length(given_folded) >= 2 and length(family_folded) >= 2;

create or replace temp table home_postcode as
select distinct regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g') as postcode from vault.record where length(postcode) >= 5;
