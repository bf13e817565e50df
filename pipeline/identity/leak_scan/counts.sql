-- Counts only.
with every_kind as (
    select unnest(['nhs_number', 'encoded_number', 'hashed_number', 'name', 'postcode', 'key', 'own_birth_date']) as kind
),

all_found as (
    select kind, place, count(distinct text) as values_found from leak group by kind, place
    union all
    select kind, place, values_found from found where values_found > 0
)

select kind, 'product' as place, values_checked, 0::bigint as values_found from every_kind, looked_at
union all
select kind, place, max(values_found), max(values_found) from all_found group by kind, place
union all
select 'keys_only', place, 0, 0 from keys_only
order by kind, place;
