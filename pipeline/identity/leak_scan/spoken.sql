-- The distinct texts of a product (said: place, text) as they are read: undressed, unwrapped, known codes left out.
-- undressed: digits of any script as 0 to 9 (digits_plain); percent-encoding, once or twice, numeric entities and the
-- escapes of programs (backslash, u or x, hexadecimal digits) resolved; entities that have a name are blanks.
create or replace temp macro code_of_escape(escape) as coalesce(
    try_cast(nullif(regexp_extract(escape, '^&#([0-9]+);$', 1), '') as integer),
    try_cast('0x' || regexp_extract(escape, '^(?:&#[xX]|\\[uUxX])([0-9A-Fa-f]+);?$', 1) as integer));
create or replace temp macro letter_of_escape(escape) as
    if(code_of_escape(escape) between 32 and 55295 or code_of_escape(escape) between 57344 and 1114111,
        chr(code_of_escape(escape)), ' ');
create or replace temp macro unescaped(text) as case
    when regexp_matches(text, '&#[xX]?[0-9A-Fa-f]|\\[uUxX][0-9A-Fa-f]{2}')
    then list_reduce(
        list_distinct(regexp_extract_all(
            text, '&#[0-9]{1,7};|&#[xX][0-9A-Fa-f]{1,6};|\\[uU][0-9A-Fa-f]{4}|\\[xX][0-9A-Fa-f]{2}')),
        lambda so_far, escape: replace(so_far, escape, letter_of_escape(escape)), text)
    else text end;
create or replace temp macro undressed(text) as regexp_replace(
    digits_plain(unescaped(if(contains(text, '%'), url_decode(url_decode(text)), text))),
    '&#?[0-9A-Za-z]{1,8};', ' ', 'g');

-- A SNOMED CT identifier verifies itself: six to eighteen digits, partition 00 to 02 or 10 to 12, and a check
-- digit after Verhoeff (SNOMED CT Release File Specification, section 5). One that does is a code and no number.
create or replace temp macro verhoeff(digits) as list_reduce(
    list_transform(range(length(digits)), lambda i: substr(
        '01234567891576283094580379614289160435279453126870428657390127938064157046913258',
        (i % 8) * 10 + digits[length(digits) - i]::integer + 1, 1)::integer),
    lambda c, x: substr(
        '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210',
        c * 10 + x + 1, 1)::integer,
    0);

create or replace temp table text_read as
select
    place,
    text,
    undressed(text) as reading,
    regexp_matches(place, '[._]codes?$') as is_code,
    -- What a hash or a random id looks like: digits in it stand there by chance.
    regexp_matches(text, '[A-Fa-f]')
    and regexp_full_match(text, '(0x)?[0-9A-Fa-f]{16,}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}') as is_random
from said;

create or replace temp table known_code as
select token from (
    select distinct unnest(regexp_extract_all(reading, '[0-9]+')) as token from text_read
    where is_code and regexp_matches(reading, '[0-9]{6}')
)
where length(token) between 6 and 18 and token[-3:-2] in ('00', '01', '02', '10', '11', '12') and verhoeff(token) = 0;

create or replace temp table code_read as
select
    place, text,
    list_reduce(
        list_filter(regexp_extract_all(reading, '[0-9]+'), lambda token: list_contains(known.codes, token)),
        lambda left_over, token: replace(left_over, token, ' code '), reading
    ) as reading
from text_read, (select coalesce(list(token), []) as codes from known_code) as known
where is_code and regexp_matches(reading, '[0-9]{6}') and exists (select 1 from known_code);

-- Texts inside texts: in hexadecimal, base 64 (also of URLs) and base 32. Only what decodes to plain text is one.
create or replace temp macro of_base32(token) as try(decode(unhex(array_to_string(list_transform(
    range(length(token) // 8), lambda block: printf('%010x', list_reduce(
        list_transform(range(8), lambda i: strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', token[block * 8 + i + 1]) - 1),
        lambda sum, five: sum * 32 + five, 0::bigint))), ''))));
create or replace temp macro of_base64(token) as
    try(from_base64(rpad(translate(token, '-_', '+/'), ((length(token) + 3) // 4 * 4)::integer, '=')));

create or replace temp table wrapped_word as
select place, text, 'hexadecimal' as wrapping, unnest(regexp_extract_all(reading, '(?:[2-7][0-9A-Fa-f]){10,}')) as word
from text_read
where regexp_matches(reading, '(?:3[0-9]){3}')
union
-- The same, octet by octet.
select place, text, 'hexadecimal', regexp_replace(unnest(regexp_extract_all(
    reading, '(?:[2-7][0-9A-Fa-f][ :,-]){9,}[2-7][0-9A-Fa-f]')), '[^0-9A-Fa-f]', '', 'g')
from text_read
where regexp_matches(reading, '(?:3[0-9][ :,-]){3}')
union
select place, text, 'base 64', unnest(regexp_extract_all(reading, '[A-Za-z0-9+/_-]{14,}')) as word
from text_read
where not is_random and regexp_matches(reading, '[A-Za-z0-9+/_-]{14}')
union
select place, text, 'base 32', unnest(regexp_extract_all(upper(reading), '[A-Z2-7]{16,}')) as word
from text_read
where not is_random and regexp_matches(upper(reading), '[A-Z2-7]{16}');

create or replace temp table wrapped as
select place, text, rtrim(inner_text, chr(0)) as inner_text
from (
    select place, text, case wrapping
        when 'hexadecimal' then try(decode(unhex(word)))
        when 'base 64' then try(decode(of_base64(word)))
        else of_base32(rpad(word, ((length(word) + 7) // 8 * 8)::integer, 'A'))
    end as inner_text
    from wrapped_word
)
where regexp_full_match(rtrim(inner_text, chr(0)), '[\x20-\x7e\t\r\n]{8,}');

-- Base 64 of base 64.
insert into wrapped
select place, text, inner_text from (
    select place, text, try(decode(of_base64(rtrim(inner_text, '=')))) as inner_text
    from wrapped
    where regexp_full_match(inner_text, '[A-Za-z0-9+/_-]{11,}={0,2}')
)
where regexp_full_match(inner_text, '[\x20-\x7e\t\r\n]{5,}');

create or replace temp table spoken as
select
    read.place, read.text, coalesce(code.reading, read.reading) as reading, read.is_code, read.is_random, false as is_inner
from text_read as read
left join code_read as code using (place, text)
union all
select place, text, inner_text, false, false, true from wrapped;
