with history_tables as (

    select * from {{ ref('dim_history_table') }}

)

select
    table_name,
    history_of,
    begins_on,
from history_tables
