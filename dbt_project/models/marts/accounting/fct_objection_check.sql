with current_run as (

    select product from {{ ref('stg_ledger__current_run') }}

),

checks as (

    select * from {{ ref('stg_ledger__objection_checks') }}

)

select checks.*
from checks
inner join current_run on checks.product = current_run.product
