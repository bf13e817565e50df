with withhelds as (

    select * from {{ ref('fct_withheld') }}

)

select
    run_id,
    product,
    reason,
    people,
    rows,
from withhelds
