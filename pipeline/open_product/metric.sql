-- Numerators or denominators (variable open_count) of every metric; cell and line for suppression.
create or replace temp table counted as
select
    row_number() over (order by metric_id, metric_version, period_type, period_start, area_type, area_code,
        group_type, group_value) as cell_id,
    *,
from wsic.metric;

create or replace temp table cell as
select
    cell_id,
    round(if(getvariable('open_count') = 'numerator', numerator, denominator))::bigint as people,
from counted;

create or replace temp table line as
with keyed as (
    select
        *,
        concat_ws('|', metric_id, metric_version, period_type, period_start) as period_key,
    from counted
)
-- By group within an area: the row of group 'all' is the total of every group type.
select concat_ws('|', 'group', k.period_key, k.area_type, k.area_code, parts.group_type) as line_id, k.cell_id,
    k.group_type = 'all' as is_total
from keyed as k
inner join (select distinct group_type from counted where group_type <> 'all') as parts
    on k.group_type in (parts.group_type, 'all')
union all
-- By area within a group: the whole system is the total of every area type.
select concat_ws('|', 'area', k.period_key, k.group_type, k.group_value, parts.area_type), k.cell_id,
    k.area_type = 'system'
from keyed as k
inner join (select distinct area_type from counted where area_type <> 'system') as parts
    on k.area_type in (parts.area_type, 'system');
