{{ config(materialized='view') }}
with runs as (

    select * from {{ ref('stg_ledger__runs') }}

)

select * from runs
