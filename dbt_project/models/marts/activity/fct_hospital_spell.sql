with spells as (

    select * from {{ ref('int_hospital_spells__grouped') }}

)

select
    *,
    {{ days_between('admitted_on', 'discharged_on') }} as n_nights,
    {{ is_emergency_admission('admission_method') }} as is_emergency,
from spells
