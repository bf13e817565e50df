with flows as (

    select * from {{ ref('fct_pathway_flow') }}

)

select
    from_setting,
    to_setting,
    within_days,
    people,
    transitions,
from flows
