-- Counts only. One person's own birth date is one too many.
with looked_at as (
    select place, count(*) as values_checked from said group by place
),

every_kind as (
    select unnest(['nhs_number', 'encoded_number', 'hashed_number', 'name', 'postcode', 'key', 'own_birth_date']) as kind
),

found as (
    select kind, place, count(*) as values_found from leak group by kind, place
    union all
    select 'name', place, names from named_column where names >= 3 and names >= 0.5 * texts
    union all
    select 'own_birth_date', place, born from own_date
    where born > 0
),

totals as (
    select kind, 'product' as place, (select coalesce(sum(values_checked), 0) from looked_at)::bigint as values_checked,
        0::bigint as values_found
    from every_kind
)

select kind, place, values_checked, values_found from totals
union all
select kind, place, max(values_found) as values_checked, max(values_found) from found group by kind, place
order by kind, place;
