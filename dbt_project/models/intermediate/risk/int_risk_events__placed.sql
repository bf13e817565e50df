with spells as (

    select * from {{ ref('int_risk_spells__assembled') }}
    where patient_classification in ('1', '2', '5')

),

encounters as (

    select * from {{ ref('stg_acute__encounters') }}
    where coalesce(status, '') != 'entered-in-error'

),

appointments as (

    select * from {{ ref('stg_acute__appointments') }}
    where coalesce(status, '') != 'entered-in-error'

),

gp_encounters as (

    select * from {{ ref('stg_gp__encounters') }}
    where coalesce(status, '') != 'entered-in-error'

),

gp_appointments as (

    select * from {{ ref('stg_gp__appointments') }}
    where coalesce(status, '') != 'entered-in-error'

)

select
    person_key,
    admitted_on as happened_on,
    if(is_emergency, 'emergency_admission', 'other_admission') as event,
    1 as amount,
from spells
union all
-- Nights are known when the stay is over: on the day of an admission nobody knows how many will follow.
select
    person_key,
    discharged_on as happened_on,
    'emergency_bed_day' as event,
    n_nights as amount,
from spells
where is_emergency and n_nights > 0
union all
select
    person_key,
    start_at::date as happened_on,
    'emergency_attendance' as event,
    1 as amount,
from encounters
where activity_type = 'emergency_attendance' and ltrim(attendance_category, '0') = '1'
union all
select
    person_key,
    start_at::date as happened_on,
    'outpatient_attendance' as event,
    1 as amount,
from encounters
where activity_type = 'outpatient_attendance' and {{ is_attended('attended_code', 'status') }}
union all
select
    person_key,
    start_at::date as happened_on,
    'outpatient_missed' as event,
    1 as amount,
from appointments
where {{ is_missed('attended_code', 'status') }}
union all
select
    person_key,
    start_at::date as happened_on,
    'gp_contact' as event,
    1 as amount,
from gp_encounters
where activity_type = 'gp_consultation' and {{ is_attended('attended_code', 'status') }}
union all
select
    person_key,
    start_at::date as happened_on,
    'gp_missed' as event,
    1 as amount,
from gp_appointments
where {{ is_missed('attended_code', 'status') }}
