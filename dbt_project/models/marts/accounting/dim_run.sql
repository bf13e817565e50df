{{ config(materialized='view') }}
with runs as (

    select * from {{ ref('stg_ledger__runs') }}

),

current_run as (

    select run_id, product from {{ ref('stg_ledger__current_run') }}

)

select
    runs.*,
    runs.run_id = current_run.run_id as is_current,
    current_run.product,
from runs
cross join current_run
