-- record_before -> the view record: the next night. Of the share of records that change, half move house, a fifth
-- take another surname, a fifth have their NHS number verified or lose it, a twentieth are taken back, and as
-- many come new (under a new id, of the person whose record it copies). Variables: share (0 to 1), seed.
create or replace temp macro draw(record_key, purpose) as
    hash(record_key || purpose || getvariable('seed')) % 1000000 / 1000000.0;
-- The same outward code with another inward part: a move within the district.
create or replace temp macro moved_within_district(postcode) as
    split_part(postcode, ' ', 1) || ' ' || ((try_cast(left(split_part(postcode, ' ', 2), 1) as integer) + 1) % 10) || right(postcode, 2);
create or replace temp view record as
with drawn as (
    select * exclude (record_key), if(draw(record_key, 'changes') < getvariable('share'), draw(record_key, 'kind'), null) as kind
    from (select *, source || '|' || sender || '|' || record_id as record_key from record_before)
),

changed as (
    select
        * exclude (kind) replace (
            case when kind < 0.5 and postcode is not null then moved_within_district(postcode) else postcode end as postcode,
            case when kind >= 0.5 and kind < 0.7 and family_name is not null then family_name || '-Ash' else family_name end
                as family_name,
            case when kind >= 0.7 and kind < 0.8 and nhs_number_status in ('02', '03') then '01'
                when kind >= 0.8 and kind < 0.9 then null else nhs_number_status end as nhs_number_status,
            case when kind >= 0.8 and kind < 0.9 then null else nhs_number end as nhs_number,
            if(kind is null, extract_date, extract_date + 1) as extract_date
        )
    from drawn
    where coalesce(kind, 0) < 0.95
)

select * from changed
union all
select * exclude (kind) replace (record_id || 'N' as record_id, extract_date + 1 as extract_date)
from drawn
where kind >= 0.9 and kind < 0.95;
