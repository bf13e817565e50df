-- Names and home postcodes in the texts.
create or replace temp table words as
select
    place, text,
    list_filter(regexp_split_to_array(letters_plain(upper(reading)), '[^\p{L}''-]+'), lambda w: w <> '') as word
from spoken
-- Parts of a code (XE0AA) read as short names: where codes stand, only what is set apart is a word.
where not is_random
    and regexp_matches(reading, '\p{L}{2}') and (not is_code or regexp_matches(reading, '\p{L}{2}[\s,;]+\p{L}{2}'));

insert into leak
with folded as (
    select place, text, list_transform(word, lambda w: regexp_replace(w, '[^\p{L}]', '', 'g')) as word from words
),

adjacent as (
    select place, text, unnest(list_transform(list_zip(word[:-2], word[2:]), lambda p: p[1] || ' ' || p[2])) as pair
    from folded
    where len(word) >= 2
    union all
    -- With the initials of other names between them.
    select place, text, unnest(list_transform(list_zip(word[:-2], word[2:]), lambda p: p[1] || ' ' || p[2])) as pair
    from (
        select place, text, list_filter(word, lambda w: length(w) > 1) as word
        from folded
        where list_bool_or(list_transform(word[2:-2], lambda w: length(w) = 1))
    )
    where len(word) >= 2
)

select distinct 'name', place, text from adjacent semi join name_pair using (pair)
union
select distinct 'name', place, text from adjacent semi join name_initial using (pair)
union
select 'name', place, text from (select place, text, unnest(word) as glued from folded)
semi join name_glued using (glued);

insert into leak
select distinct 'postcode', place, text from (
    select place, text, regexp_replace(upper(reading), '[^A-Z0-9]', '', 'g') as postcode
    from spoken
    where (not is_code or contains(text, ' ')) and length(text) between 5 and 12
    union
    select place, text, regexp_replace(unnest(regexp_extract_all(
        upper(reading), '(?:^|[^A-Z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?[^A-Z0-9]{0,6}[0-9][A-Z]{2})(?:$|[^A-Z0-9])', 1)),
        '[^A-Z0-9]', '', 'g')
    from spoken
    where not is_code and length(text) >= 5 and regexp_matches(reading, '[0-9][^A-Za-z0-9]{0,6}[0-9][A-Za-z]{2}|[0-9][A-Za-z][^A-Za-z0-9]{0,6}[0-9][A-Za-z]{2}')
    union
    -- Letter by letter.
    select place, text, regexp_replace(unnest(regexp_extract_all(
        upper(reading), '(?:^|[^A-Z0-9])((?:[A-Z0-9][^A-Z0-9]{1,2}){4,6}[A-Z0-9])(?:$|[^A-Z0-9])', 1)),
        '[^A-Z0-9]', '', 'g')
    from spoken
    where not is_code and regexp_matches(
        reading, '[A-Za-z0-9][^A-Za-z0-9]{1,2}[0-9][^A-Za-z0-9]{1,2}[A-Za-z][^A-Za-z0-9]{1,2}[A-Za-z]')
    union
    -- In base 64, too short to be unwrapped with the others.
    select place, text, regexp_replace(upper(try(decode(of_base64(rtrim(reading, '='))))), '[^A-Z0-9]', '', 'g')
    from text_read
    where not is_code and regexp_full_match(reading, '[A-Za-z0-9+/_-]{7,11}={0,2}')
) semi join home_postcode using (postcode);

-- Single words can be names and words both (White, Young): a column is one of names where most of what it says is.
insert into found
select 'name', place, names from (
    select
        folded.place,
        count(*) as texts,
        count(*) filter (where name_word.word is not null) as names,
    from (
        select place, regexp_replace(letters_plain(upper(reading)), '[^\p{L}]', '', 'g') as word
        from spoken
        where not is_code and length(text) <= 60 and regexp_full_match(reading, '[\p{L}'' .-]{2,}')
    ) as folded
    left join name_word using (word)
    group by folded.place
)
where names >= 3 and names >= 0.5 * texts;
