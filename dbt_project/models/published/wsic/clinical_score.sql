with scores as (

    select * from {{ ref('fct_clinical_score') }}

)

select
    person_key,
    as_of,
    score_id,
    score_version,
    score_value as value,
    category,
    evidence,
    evidence_on,
    n_components,
    n_components_told,
    n_components_in_all,
    n_components_told = n_components_in_all as is_complete,
    note,
from scores
