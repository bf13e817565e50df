with conditions as (

    select * from {{ ref('int_conditions__followed') }}

),

admissions as (

    select person_key, admitted_on, discharged_on from {{ ref('fct_hospital_spell') }}
    where is_emergency

),

bounds as (

    select as_of from {{ ref('int_segment_days__bounded') }}

)

select
    person_key,
    condition_id as need,
    start_on,
    end_on,
    first_recorded_on as first_on,
    latest_diagnosed_on as latest_on,
    null::date as evidence_on,
from conditions
union all
select
    person_key,
    'any_long_term' as need,
    start_on,
    end_on,
    first_recorded_on as first_on,
    latest_diagnosed_on as latest_on,
    null::date as evidence_on,
from conditions
where is_long_term
union all
-- How long after a stay it still counts is the rule's to say; one that is open lasts to the night at least.
select
    admissions.person_key,
    'emergency_admission' as need,
    admissions.admitted_on as start_on,
    date '9999-12-31' as end_on,
    admissions.admitted_on as first_on,
    coalesce(admissions.discharged_on, bounds.as_of) as latest_on,
    admissions.admitted_on as evidence_on,
from admissions
cross join bounds
