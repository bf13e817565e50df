with banded as (

    select * from {{ ref('int_risk_eves__banded') }}

)

select
    reference_day + 1 as month_start,
    person_key,
    band,
from banded
