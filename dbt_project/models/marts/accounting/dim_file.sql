{{ config(materialized='view') }}
with files as (

    select * from {{ ref('stg_ledger__files') }}

)

select * from files
