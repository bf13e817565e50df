-- The published tables that an evaluation reads, of drawn_person and drawn_event; as_of, first and days are filled in.
create schema core; create schema wsic; create schema audit;
create table audit.run as
select '20260331-001' as run_id, date '{as_of}' as as_of, timestamp '2026-04-01' as started_at;
create table wsic.metric as
select
    'month' as period_type,
    unnest(generate_series(date '{first}', date '{as_of}', interval 1 month))::date as period_start;
create table core.person as
select
    person_key, date '2026-01-01' - to_months(age) as birth_month, age // 12 as age_years, '65-74' as age_band, sex,
    imd_decile
from drawn_person;
create table core.registration as
select
    person_key, date '{first}' - 1000 as start_date,
    if(left_after < {days}, date '{first}' + left_after, null) as end_date
from drawn_person;
create table core.hospital_spell as
select
    person_key, date '{first}' + day as admitted_on, date '{first}' + day + nights as discharged_on,
    true as is_emergency, '1' as patient_classification
from drawn_event;
create table core.activity as
select
    person_key, 'inpatient_spell' as activity_type, (date '{first}' + day)::timestamp as start_at, true as is_attended,
    '' as department_type, '' as attendance_category, 400.0 * (nights + 1) as cost_gbp
from drawn_event
union all
select person_key, 'emergency_attendance', (date '{first}' + day)::timestamp, true, '01', '1', 150 from drawn_event
union all
select person_key, 'gp_consultation', (date '{first}' + (day + 20) % {days})::timestamp, true, '', '', 40
from drawn_event;
create table core.condition as
select person_key, condition_id, true as is_long_term, date '2020-01-01' as first_recorded_on
from drawn_person
cross join (values ('copd', 3), ('diabetes', 4)) as c (condition_id, every)
where number % every = 0;
create table core.care_package as
select person_key, date '2024-01-01' as start_date, null::date as end_date from drawn_person where number % 17 = 0;
create table wsic.population_segment_month as
select
    person_key, 'ten_groups' as scheme_id,
    unnest(generate_series(date '{first}', date '{as_of}', interval 1 month))::date as month,
    if(number % 3 = 0, 'long_term_conditions_older', 'mostly_healthy_older') as segment_id
from drawn_person;
