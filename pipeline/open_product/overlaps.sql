-- Boroughs and primary care networks overlap without adding up. Of every count, a row a borough and network that have
-- somebody in common: both are sums of such rows, which are never published. An attacker knows from maps and lists of
-- practices which do overlap, and of nobody how many. An area that has no cell has nobody, unless nobody knows it.
create or replace temp table overlap as
with figures as (
    select distinct group_key, period_type, period_start from keyed
),

together as (
    select
        figures.group_key,
        known.borough_code,
        known.pcn_code,
    from figures
    inner join wsic.area_overlap as known
        on
            figures.period_type = known.period_type
            and (figures.period_type = 'night' or figures.period_start = known.period_start)
)

select
    coalesce(borough.cell_id, -1) as one,
    coalesce(pcn.cell_id, -1) as other,
from together
left join keyed as borough
    on
        together.group_key = borough.group_key
        and borough.area_type = 'borough'
        and together.borough_code = borough.area_code
left join keyed as pcn
    on together.group_key = pcn.group_key and pcn.area_type = 'pcn' and together.pcn_code = pcn.area_code
where
    (borough.cell_id is not null or pcn.cell_id is not null)
    and (borough.cell_id is not null or together.borough_code = 'unknown')
    and (pcn.cell_id is not null or together.pcn_code = 'unknown')
order by all;
