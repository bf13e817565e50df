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
)

select distinct 'name', place, text from adjacent semi join name_pair using (pair);

insert into leak
select distinct 'postcode', place, text from (
    select place, text, regexp_replace(upper(reading), '[^A-Z0-9]', '', 'g') as postcode
    from spoken
    where (not is_code or contains(text, ' ')) and length(text) between 5 and 12
    union
    select place, text, regexp_replace(unnest(regexp_extract_all(
        upper(reading), '(?:^|[^A-Z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?[^A-Z0-9]{0,3}[0-9][A-Z]{2})(?:$|[^A-Z0-9])', 1)),
        '[^A-Z0-9]', '', 'g')
    from spoken
    where not is_code and length(text) >= 5 and regexp_matches(reading, '[0-9][^A-Za-z0-9]{0,3}[0-9][A-Za-z]{2}|[0-9][A-Za-z][^A-Za-z0-9]{0,3}[0-9][A-Za-z]{2}')
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
