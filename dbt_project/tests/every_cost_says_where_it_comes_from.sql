-- Rows that speak against it: a cost of nought or less, one without its source or flag, or none without a reason.
with costs as (

    select cost_gbp, cost_source, cost_is_proxy from {{ ref('fct_activity') }}

)

select cost_source, count(*) as n_rows
from costs
where
    cost_gbp <= 0
    or cost_source is null
    or (cost_gbp is null) != (cost_source not in ('unit_costs', 'national_average', 'client_level_data'))
    or (cost_gbp is null) != (cost_is_proxy is null)
group by cost_source
