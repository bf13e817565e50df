-- Which values hold one of the needles. Hexadecimal values of a hash's length are only compared as tokens.
create or replace temp table spoken as
select place, plain_width(text) as text, ends_with(place, '_code') or ends_with(place, '.code') as is_code
from said
where not regexp_full_match(text, '[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}');

create or replace temp table leak as
with runs as (
    select place, text, is_code,
        unnest(regexp_extract_all(text, '[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){9,}')) as run
    from spoken
    where regexp_matches(text, '[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){9}')
),

ten as (
    select place, text, is_code, regexp_replace(run, '[^0-9]', '', 'g') as digits from runs
),

tokens as (
    select place, text, text as token from said where regexp_full_match(text, '[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}')
    union all
    select place, text, unnest(regexp_extract_all(lower(text), '[0-9a-f]{20,64}')) from spoken
    where length(text) >= 20
    union all
    select place, text, unnest(regexp_extract_all(text, '[A-Za-z0-9+/]{14,44}')) from spoken
    where length(text) >= 14
),

words as (
    select place, text, list_filter(regexp_split_to_array(letters_plain(upper(text)), '[^\p{L}''-]+'), lambda w: w <> '') as word
    from spoken
    -- Parts of a code (XE0AA) read as short names: where codes stand, only what is set apart is a word.
    where regexp_matches(text, '\p{L}{2}') and (not is_code or regexp_matches(text, '\p{L}{2}[\s,;]+\p{L}{2}'))
),

folded as (
    select place, text, list_transform(word, lambda w: regexp_replace(w, '[^\p{L}]', '', 'g')) as word from words
),

adjacent as (
    select place, text, unnest(list_transform(list_zip(word[:-2], word[2:]), lambda p: p[1] || ' ' || p[2])) as pair
    from folded
    where len(word) >= 2
)

select 'nhs_number' as kind, place, text from ten semi join number_form using (digits)
union
select 'nhs_number', place, text from ten
semi join number_form on number_form.digits = reverse(ten.digits) and not ten.is_code
union
select kind, place, text from tokens inner join number_token using (token)
union
select 'key', place, text from tokens semi join key_token using (token)
union
select 'name', place, text from adjacent semi join name_pair using (pair)
union
select 'postcode', place, text from (
    select place, text, regexp_replace(upper(text), '[^A-Z0-9]', '', 'g') as postcode
    from spoken
    where (not is_code or contains(text, ' ')) and length(text) between 5 and 12
) semi join home_postcode using (postcode);

-- Single words can be names and words both (White, Young): a column is one of names where most of what it says is.
create or replace temp table named_column as
select
    folded.place,
    count(*) as texts,
    count(*) filter (where name_word.word is not null) as names,
from (
    select place, text, list_aggregate(word, 'string_agg', '') as word
    from (
        select place, text,
            list_transform(regexp_split_to_array(letters_plain(upper(text)), '[^\p{L}]+'), lambda w: w) as word
        from spoken
        where not is_code and length(text) <= 60 and regexp_full_match(text, '[\p{L}'' .-]{2,}')
    )
) as folded
left join name_word on folded.word = name_word.word
group by folded.place;

create or replace temp table own_date (place varchar, born bigint);
