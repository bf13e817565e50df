{{ config(materialized='view') }}
with links as (

    select * from {{ ref('stg_ledger__links') }}

)

select * from links
