-- What is hash-like in the texts, as hexadecimal: written so, in base 64 (also of URLs), or whole as a number.
-- Sixteen digits at the beginning of a digest are enough to know it by: what stands behind them does not matter.
create or replace temp table token as
with hexadecimal as (
    select place, text, unnest(regexp_extract_all(lower(text), '[0-9a-f]{16,}')) as word from text_read
    where length(text) >= 16 and regexp_matches(text, '[0-9A-Fa-f]{16}')
)

select place, text, word from hexadecimal
union
-- Octet by octet, or in groups as a UUID is.
select place, text, word from (
    select place, text, regexp_replace(unnest(regexp_extract_all(
        lower(text),
        '[0-9a-f]{2}(?:[: -][0-9a-f]{2}){15,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')),
        '[^0-9a-f]', '', 'g') as word
    from text_read
    where length(text) >= 36 and regexp_matches(text, '[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-|(?:[0-9A-Fa-f]{2}[: -]){15}')
)
union
-- Behind one letter, where it is not of a digest's length by itself.
select place, text, word[2:] from hexadecimal
where length(word) >= 17 and word[1] >= 'a' and length(word) not in (32, 40, 56, 64, 96, 128)
union
select place, text, lower(hex(of_base64(word))) as word from wrapped_word
where wrapping = 'base 64' and length(word) between 22 and 86 and octet_length(of_base64(word)) in (16, 20, 28, 32, 48, 64);

create or replace temp table digest as from digest_of_number;
