with hospital_spells as (

    select * from {{ ref('fct_hospital_spell') }}

)

select
    spell_key,
    inpatient_spell_group,
    person_key,
    sender,
    provider_code,
    admitted_on,
    discharged_on,
    discharge_ready_on,
    admission_method,
    source_of_admission,
    discharge_method,
    discharge_destination,
    patient_classification,
    spell_hrg,
    treatment_function_code,
    is_emergency,
    n_nights,
    n_episodes,
    source_file_id,
from hospital_spells
