-- NHS numbers in the texts. A run is digits with at most one other character, or three that are neither letter nor
-- digit, between two of them. Ten digits that stand alone are compared as they are: one find is one too many. In
-- longer runs any ten in a row are compared, and since those are many, weighed against chance.
create or replace temp table number_run as
select place, text, is_code, is_inner, regexp_replace(run, '[^0-9]', '', 'g') as digits
from (
    select
        place, text, is_code, is_inner,
        unnest(regexp_extract_all(reading, '[0-9](?:(?:[^0-9]|[^0-9A-Za-z]{0,3})[0-9]){9,}')) as run
    from spoken
    where not is_random
        and regexp_matches(reading, '[0-9](?:(?:[^0-9]|[^0-9A-Za-z]{0,3})[0-9]){9}')
);

insert into leak
with alone as (
    select place, text, is_code, is_inner, digits from number_run where length(digits) = 10
    union all
    -- As written in groups of three, three and four, whatever stands between them.
    select place, text, true, is_inner, regexp_replace(grouped, '[^0-9]', '', 'g') from (
        select place, text, is_inner, unnest(regexp_extract_all(
            reading, '(?:^|[^0-9])([0-9]{3}[^0-9]{1,8}[0-9]{3}[^0-9]{1,8}[0-9]{4})(?:$|[^0-9])', 1)) as grouped
        from spoken
        where regexp_matches(reading, '[0-9]{3}[^0-9]{1,8}[0-9]{3}[^0-9]{1,8}[0-9]{4}')
    )
    union all
    -- In other groups, or digit by digit, with more between them than a run may have; a letter O for a nought.
    select place, text, true, is_inner, regexp_replace(grouped, '[^0-9]', '', 'g') from (
        select place, text, is_inner, unnest(regexp_extract_all(
            reading, '(?:^|[^0-9])([0-9]{4}[^0-9A-Za-z]{1,8}[0-9]{3}[^0-9A-Za-z]{1,8}[0-9]{3}'
            || '|[0-9]{3}[^0-9A-Za-z]{1,8}[0-9]{4}[^0-9A-Za-z]{1,8}[0-9]{3}'
            || '|[0-9]{5}[^0-9A-Za-z]{1,8}[0-9]{5}|[0-9](?:[^0-9A-Za-z]{1,8}[0-9]){9})(?:$|[^0-9])', 1)) as grouped
        from spoken
        where regexp_matches(reading, '[0-9][^0-9A-Za-z]{4,8}[0-9]')
    )
    union all
    select place, text, true, is_inner, regexp_replace(replace(upper(grouped), 'O', '0'), '[^0-9]', '', 'g') from (
        select place, text, is_inner, unnest(regexp_extract_all(
            reading,
            '(?:^|[^0-9A-Za-z])([0-9Oo]{3}[^0-9A-Za-z]{0,3}[0-9Oo]{3}[^0-9A-Za-z]{0,3}[0-9Oo]{4})'
            || '(?:$|[^0-9A-Za-z])', 1))
            as grouped
        from spoken
        where regexp_matches(reading, '[0-9][Oo]|[Oo][0-9]')
    )
)

select if(is_inner, 'encoded_number', 'nhs_number'), place, text from alone semi join number_form using (digits)
union
select if(is_inner, 'encoded_number', 'nhs_number'), place, text from alone
semi join number_form on number_form.digits = reverse(alone.digits) and not alone.is_code;

create or replace temp table ten_in_a_row as
select distinct if(is_inner, 'encoded_number', 'nhs_number') as kind, place, digits from (
    select place, is_inner, unnest(list_transform(range(length(digits) - 9), lambda i: digits[i + 1:i + 10])) as digits
    from number_run
    where length(digits) > 10
)
union
-- A number as hexadecimal, which a number of ten digits has eight or nine of.
select 'encoded_number', place, lpad(whole::varchar, 10, '0') from (
    select place, try_cast('0x' || figures as ubigint) as whole from (
        select place, unnest(regexp_extract_all(
            lower(reading), '(?:^|[^0-9a-z])(?:0x)?0*([1-9a-f][0-9a-f]{7,8})(?:$|[^0-9a-z])', 1)) as figures
        from spoken
        where regexp_matches(reading, '[0-9A-Fa-f]{8}') and regexp_matches(reading, '[A-Fa-fx]')
    )
    where regexp_matches(figures, '[a-f]')
)
where whole between 100000000 and 9999999999;

insert into weighed
select kind, place, count(number_form.digits), coalesce(sum(share), 0)
from ten_in_a_row
left join number_form using (digits)
left join number_density on lead = left(ten_in_a_row.digits, 3)
group by all
having count(number_form.digits) > 0;
