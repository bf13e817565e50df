with history_tables as (

    {{ history_tables() }}

),

current_run as (

    select as_of, product from {{ ref('stg_ledger__current_run') }}

),

before as (

    select table_name, begins_on from {{ ref('stg_history__history_table') }}

)

select
    history_tables.table_name,
    history_tables.history_of,
    coalesce(least(before.begins_on, current_run.as_of), current_run.as_of) as begins_on,
from history_tables
inner join current_run on contains(history_tables.serves, current_run.product)
left join before on history_tables.table_name = before.table_name
