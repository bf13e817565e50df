-- Everybody in the product with their own birth date, and the whole numbers that it is written as: the digits of
-- the day, days since 1970, the first and last of those days in the year of birth, seconds since 1970 (UTC, London).
create or replace temp table own_person as
select
    keyed_hash('person|v1|' || person_id) as person_key,
    birth_date,
    day(birth_date) = 1 as is_first,
    strftime(birth_date, '%Y%m%d')::integer as ymd,
    strftime(birth_date, '%d%m%Y')::integer as dmy,
    strftime(birth_date, '%m%d%Y')::integer as mdy,
    birth_date - date '1970-01-01' as born,
    date_trunc('year', birth_date)::date - date '1970-01-01' as year_first,
    (date_trunc('year', birth_date) + interval 1 year)::date - date '1970-01-02' as year_last,
    epoch(birth_date)::bigint as utc,
    epoch(birth_date::timestamptz)::bigint as london,
from vault.person
where birth_date is not null;
