{{ config(materialized='view') }}
with rule_results as (

    select * from {{ ref('stg_ledger__rule_results') }}

)

select * from rule_results
