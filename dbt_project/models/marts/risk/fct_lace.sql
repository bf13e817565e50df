with points as (

    select * from {{ ref('int_lace__pointed') }}

)

select
    *,
    length_points + acuity_points + comorbidity_points + visit_points as lace_score,
from points
