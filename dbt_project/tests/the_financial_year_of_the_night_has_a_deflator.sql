-- The night, where seeds/gdp_deflators.csv lacks its financial year: nothing that happened in it would have a price.
with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

select as_of
from current_run
where {{ financial_year('as_of') }} not in (select financial_year from {{ ref('gdp_deflators') }})
