-- Every day that a text could mean, however it is written; of a year of two digits both centuries, of figures
-- alone every order that people write them in. Needs spoken; leaves written_day (place, text, day).
create or replace temp macro month_of(word) as (strpos('janfebmaraprmayjunjulaugsepoctnovdec', lower(left(word, 3))) + 2) // 3;

create or replace temp table with_digits as
select place, text, reading from spoken
where not is_random and regexp_matches(reading, '[0-9]{6}|[0-9](.{1,12}[0-9]|[^0-9]{1,12}[0-9])');

create or replace temp table part_of_day as
with figures as (
    -- Year first, with the time of day glued on behind it or not.
    select place, text, 'ymd' as form, unnest(regexp_extract_all(
        reading, '(?:^|[^0-9])((?:18|19|20)[0-9]{2}[^0-9A-Za-z]{1,3}[0-9]{1,2}[^0-9A-Za-z]{1,3}[0-9]{1,2})', 1)) as written
    from with_digits
    union
    select place, text, 'ymd', regexp_replace(unnest(regexp_extract_all(
        reading, '(?:^|[^0-9])((?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9])(?:[0-2][0-9][0-5][0-9](?:[0-9]{2}|[0-9]{5})?)?(?:$|[^0-9])', 1)),
        '(....)(..)(..)', '\1-\2-\3')
    from with_digits
    union
    -- Day or month first.
    select place, text, 'dmy', unnest(regexp_extract_all(
        reading, '(?:^|[^0-9])([0-9]{1,2}[^0-9A-Za-z]{1,3}[0-9]{1,2}[^0-9A-Za-z]{1,3}(?:18|19|20)[0-9]{2})(?:$|[^0-9])', 1))
    from with_digits
    union
    select place, text, 'dmy', regexp_replace(unnest(regexp_extract_all(
        reading, '(?:^|[^0-9])([0-3][0-9][0-3][0-9](?:18|19|20)[0-9]{2})(?:$|[^0-9])', 1)), '(..)(..)(....)', '\1-\2-\3')
    from with_digits
    union
    -- A year of two digits, at either end.
    select place, text, unnest(['dmy', 'ymd']), written from (
        select place, text, unnest(regexp_extract_all(
            reading, '(?:^|[^0-9.:])([0-9]{1,2}[^0-9A-Za-z:][0-9]{1,2}[^0-9A-Za-z:][0-9]{1,2})(?:$|[^0-9])', 1)) as written
        from with_digits
        where regexp_matches(reading, '[0-9][^0-9A-Za-z:][0-9]{1,2}[^0-9A-Za-z:][0-9]')
    )
),

parts as (
    select place, text, form, list_transform(regexp_extract_all(written, '[0-9]+'), lambda n: n::integer) as n from figures
),

worded as (
    select place, text, regexp_extract(written, '([0-9]+)[^0-9A-Za-z]*(?:st|nd|rd|th)?(?:[^0-9A-Za-z]|of)*([a-z]+)[^0-9]*([0-9]+)', ['a', 'b', 'c']) as n
    from (
        select place, text, unnest(regexp_extract_all(lower(reading),
            '[0-9]{1,4}(?:st|nd|rd|th)?(?:[^0-9a-z]{0,3}of)?[^0-9a-z]{0,3}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[^0-9a-z]{0,3}[0-9]{1,4}'
        )) as written
        from with_digits where regexp_matches(reading, '(?i)jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec')
    )
    union
    select place, text, regexp_extract(written, '([a-z]+)[^0-9a-z]*([0-9]+)[^0-9]*([0-9]+)', ['b', 'a', 'c']) as n
    from (
        select place, text, unnest(regexp_extract_all(lower(reading),
            '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[^0-9a-z]{0,3}[0-9]{1,2}(?:st|nd|rd|th)?[^0-9a-z]{1,3}[0-9]{2,4}'
        )) as written
        from with_digits where regexp_matches(reading, '(?i)jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec')
    )
)

select place, text, if(form = 'ymd', n[1], n[3]) as year, n[2] as month, if(form = 'ymd', n[3], n[1]) as day from parts
union
select place, text, n[3], n[1], n[2] from parts where form = 'dmy'
union
select place, text, unnest([n.c, n.a])::integer, month_of(n.b), unnest([n.a, n.c])::integer from worded;

create or replace temp table written_day as
select distinct place, text, try(make_date(whole, month, day)) as day
from (
    select place, text, month, day, unnest(if(year < 100, [1900 + year, 2000 + year], [year])) as whole from part_of_day
)
where day between 1 and 31 and month between 1 and 12 and whole between 1850 and 2100 and try(make_date(whole, month, day)) is not null;
