with measured as (

    select * from {{ ref('fct_k_anonymity') }}

)

select
    run_id,
    as_of,
    table_name,
    stage,
    quasi_identifiers,
    k,
    classes,
    smallest_class,
    people,
    people_below,
    people_generalised,
    is_enforced,
from measured
