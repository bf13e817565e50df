with lace as (

    select * from {{ ref('fct_lace') }}

)

select
    spell_key,
    person_key,
    discharged_on,
    length_points,
    acuity_points,
    comorbidity_points,
    visit_points,
    lace_score,
    lace_score >= 10 as is_high_risk,
from lace
