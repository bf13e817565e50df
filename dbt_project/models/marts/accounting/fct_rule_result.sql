{{ config(materialized='view') }}
with rule_results as (

    select * from {{ ref('stg_ledger__rule_results') }}

),

current_run as (

    select product from {{ ref('stg_ledger__current_run') }}

)

select rule_results.*
from rule_results
inner join current_run on rule_results.product in ('', current_run.product)
