-- Gaps in care, two flags of the radar and the alerts of the night, as docs/radar.md words them: variables as_of, seeds; one
-- period of a day; the tables of people.sql, events.sql and contacts.sql at the middle threshold. Ages, months and lists of
-- the measures are written out; the lists' codes, and which conditions are lifelong or long-term, are data.
create or replace temp table tonight as
select c.who, date_part('year', age(getvariable('as_of')::timestamp, p.birth_month::timestamp))::int as years, s.birth_month as shown
from counted as c join person as p on p.person_key = c.who left join made.core.person as s on s.person_key = c.who
where c.alive and not p.is_deceased;

create or replace temp table line as
select person_key as who, code_system, upper(replace(code, '.', '')) as code, effective_on as day, encounter_key,
    ifnull(category, 'observation') as category, false as is_over, null::date as ended
from observations
union all
select c.person_key, c.code_system, upper(replace(c.code, '.', '')), coalesce(c.onset_on, c.recorded_on, e.start_at::date),
    c.encounter_key, 'condition', ifnull(c.clinical_status in ('resolved', 'remission'), false), c.abated_on
from conditions as c left join encounters as e on e.encounters_key = c.encounter_key
union all
select person_key, code_system, upper(replace(code, '.', '')), occurred_on, encounter_key, 'immunization', false, null
from immunizations where ifnull(status, 'completed') = 'completed'
union all
select person_key, category_system, upper(replace(category_code, '.', '')), start_on, null, 'care-plan', false, null
from care_plans where ifnull(status, '') <> 'entered-in-error';
delete from line where code is null or day > getvariable('as_of');

create or replace temp table listed as
select distinct codelist, lower(trim(code_system)) as code_system, upper(replace(trim(code), '.', '')) as code
from reference__codelists;

-- Whoever was diagnosed stays so, unless it can end and did, and was not diagnosed again on a later day.
create or replace temp table illness as
with said as (
    select w.who, l.codelist, w.day, w.is_over, w.ended from line as w
    join listed as l on l.code_system = w.code_system
        and (l.code = w.code or w.code_system = 'icd10' and starts_with(w.code, l.code))
    where w.category not in ('allergy', 'immunization', 'care-plan') and l.codelist like 'condition_%'
),
kind as (from read_csv(getvariable('seeds') || '/conditions.csv')),
told as (
    select who, condition_id, day, false as is_end from said join kind using (codelist)
    union all
    select who, condition_id, day, true from said join kind on said.codelist = kind.resolved_codelist
    union all
    select who, condition_id, coalesce(ended, day), true from said join kind using (codelist)
    where if(ended is null, is_over, ended <= getvariable('as_of'))
)
select who, condition_id, any_value(is_long_term) as is_long_term, min(day) as since
from told join kind using (condition_id) group by who, condition_id
having bool_or(not is_end) and (
    any_value(is_lifelong) or max(day) filter (is_end) is null
    or ifnull(max(day) filter (not is_end) > max(day) filter (is_end), false));

create or replace temp table measure as
select * from (values
    ('diabetes_hba1c', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_hba1c', 12),
    ('diabetes_blood_pressure', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_blood_pressure', 12),
    ('diabetes_cholesterol', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_cholesterol', 12),
    ('diabetes_creatinine', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_creatinine', 12),
    ('diabetes_urine_albumin', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_urine_albumin', 12),
    ('diabetes_foot_check', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_foot_check', 12),
    ('diabetes_bmi', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_bmi', 12),
    ('diabetes_smoking', 'diabetes_eight_care_processes', ['diabetes'], 17, 999, 'care_smoking', 12),
    ('hypertension_blood_pressure', null, ['hypertension'], 18, 999, 'care_blood_pressure', 12),
    ('copd_review', null, ['copd'], 18, 999, 'care_copd_review', 12),
    ('smi_alcohol', 'smi_health_check', ['serious_mental_illness'], 18, 999, 'care_alcohol', 12),
    ('smi_blood_pressure', 'smi_health_check', ['serious_mental_illness'], 18, 999, 'care_blood_pressure', 12),
    ('smi_bmi', 'smi_health_check', ['serious_mental_illness'], 18, 999, 'care_bmi', 12),
    ('smi_cholesterol', 'smi_health_check', ['serious_mental_illness'], 18, 999, 'care_cholesterol', 12),
    ('smi_glucose', 'smi_health_check', ['serious_mental_illness'], 18, 999, 'care_glucose', 12),
    ('smi_smoking', 'smi_health_check', ['serious_mental_illness'], 18, 999, 'care_smoking', 12),
    ('learning_disability_check', null, ['learning_disability'], 14, 999, 'care_learning_disability_check', 12),
    ('dementia_review', null, ['dementia'], null, null, 'care_dementia_review', 12),
    ('flu_vaccination_older', null, null, 65, 999, 'care_flu_vaccination', null),
    ('flu_vaccination_at_risk', null, ['diabetes', 'copd', 'asthma', 'chd', 'heart_failure', 'stroke', 'ckd', 'dementia', 'epilepsy',
        'learning_disability', 'severe_physical_disability'], 0, 64, 'care_flu_vaccination', null)
) as said(measure, whole, wants, from_age, to_age, codelist, months)
where months is not null or month(getvariable('as_of')) not between 4 and 8;

create or replace temp table wanted_gap as
with season as (
    select make_date(year(getvariable('as_of')) - (month(getvariable('as_of')) < 9)::int, 9, 1) as began
),
asked as (
    select t.who, t.shown, m.*, string_agg(i.condition_id, ',' order by i.condition_id) as because, min(i.since) as since
    from tonight as t cross join measure as m join illness as i on i.who = t.who and list_contains(m.wants, i.condition_id)
    where t.years is null or m.from_age is null or t.years between m.from_age and m.to_age group by all
    union all
    select t.who, t.shown, m.*, 'age', null from tonight as t join measure as m on m.wants is null
    where t.years between m.from_age and m.to_age
),
entry as (
    select l.codelist, w.who, w.day, m.id as contact
    from line as w join listed as l using (code_system, code) left join encounters as e on e.encounters_key = w.encounter_key
    left join met as m on m.id = if(e.activity_type in ('hospital_episode', 'ward_stay'), e.part_of_key, e.encounters_key)
    where w.day is not null and w.category <> 'allergy' and not (w.category = 'condition' and w.encounter_key is not null)
),
latest as (select codelist, who, max(day) as day from entry group by codelist, who),
done as (select codelist, who, day, min(contact) as contact from entry semi join latest using (codelist, who, day) group by all),
part as (
    select a.who, a.measure, a.whole, a.because, d.day as last, d.contact,
        ifnull(if(a.months is null, d.day >= s.began, d.day + to_months(a.months) > getvariable('as_of')), false) as is_done,
        if(is_done, null, greatest(
            if(a.months is null, s.began, (d.day + to_months(a.months))::date), a.since, (a.shown + to_years(a.from_age))::date
        )) as due
    from asked as a cross join season as s left join done as d on d.who = a.who and d.codelist = a.codelist
)
select who, measure, whole, because, is_done, last, due, contact, 1 as parts, is_done::int as parts_done from part
union all
select who, whole, null, any_value(because), count(*) = count(*) filter (is_done), if(bool_or(last is null), null, min(last)), min(due),
    null, count(*), count(*) filter (is_done)
from part where whole is not null group by who, whole;

-- The day after twelve months without a contact that somebody came to, or with none since they registered.
create or replace temp table wanted_flag as
with seen as (
    select person_key as who, start_at::date as day, start_at, id from met
    where source = 'gp' and came and start_at::date <= getvariable('as_of')
),
last_seen as (select who, max(day) as day, arg_max(id, (start_at, id)) as id from seen group by who),
long_ill as (select who, min(since) as since from illness where is_long_term group by who),
since_when as (
    select t.who, l.day, l.id, i.since,
        coalesce(l.day, (select max(r.start_on) from registered as r where r.who = t.who)) + to_months(12) as over_on
    from tonight as t join long_ill as i using (who) left join last_seen as l using (who)
),
issued as (
    select m.person_key as who, m.code_system, m.code, min(m.authored_on) as first, max(m.authored_on) as last
    from medication_requests as m join tonight as t on t.who = m.person_key
    where m.intent = 'order' and ifnull(m.status, '') <> 'entered-in-error' and m.code is not null
        and m.authored_on <= getvariable('as_of') and m.authored_on + to_months(3) > getvariable('as_of') group by all
)
select who, 'no_gp_contact' as flag, greatest(over_on::date, since) as since, id as contact, 0 as events, day as last from since_when
where over_on <= getvariable('as_of') and (select min(day) from seen) + to_months(12) <= getvariable('as_of')
union all
select who, 'polypharmacy', list_sort(list(first))[10], null, count(*), max(last) from issued group by who having count(*) >= 10;

-- What happened since the last night, or was told since of the three days before it, to whom a council serves: to the
-- hospital, and to every council that serves.
create or replace temp table wanted_alert as
with last_night as (
    select coalesce(max(as_of) filter (outcome = 'published' and as_of < getvariable('as_of')), getvariable('as_of') - 1)::date as day
    from ledger__runs
),
fresh as (
    select f.file_id from ledger__files as f join ledger__runs as r using (run_id) where r.as_of > (select day from last_night)
),
event as (
    select m.id, m.person_key as who, m.start_at as moment, m.emergency,
        if(m.kind = 'emergency_attendance', 'attended_emergency_department', 'admitted') as alert
    from met as m where m.kind in ('emergency_attendance', 'inpatient_spell', 'mental_health_spell')
    union all
    select spell, who, ready::timestamp, emergency, 'ready_for_discharge' from spell where ready is not null and discharged is null
),
new as (
    select v.*, e.provider_code as provider from event as v join encounters as e on e.encounters_key = v.id, last_night as n
    where v.moment::date <= getvariable('as_of') and (
            v.moment::date > n.day or v.moment::date > n.day - 3 and e.source_file_id in (select file_id from fresh))
        and v.who not in (select person_key from person where is_deceased)
),
service as (
    select person_key as who, sender, start_on as begun, end_on as done, primary_support_reason as reason,
        replace(trim(regexp_replace(lower(coalesce(service_component, service_type)), '[^a-z0-9]+', ' ', 'g')), ' ', '_') as name,
        starts_with(service_type, 'Short Term Support: ST-Max') as reablement, ifnull(service_component = 'Telecare', false) as telecare
    from social_care__episodes_of_care
    where coalesce(episode_type, 'social_care_service') = 'social_care_service' and ifnull(status, '') <> 'entered-in-error'
        and not starts_with(service_type, 'Carer Support')
),
beside as (
    select n.*, s.* exclude (who), s.done is null or s.done >= n.moment::date as is_open
    from new as n join service as s on s.who = n.who and s.begun <= n.moment::date
),
whole as (
    select id, alert, who, moment, emergency, provider,
        array_to_string(list_sort(list_distinct(list(name) filter (is_open))), '; ') as services, min(begun) filter (is_open) as since,
        count(*) filter (is_open and reablement) > 0 as reabled, count(*) filter (is_open and telecare) > 0 as watched,
        nullif(array_to_string(list_sort(list_distinct(list(name) filter (not is_open))), '; '), '') as earlier,
        if(reabled, any_value(moment)::date, max(done) filter (reablement)) as reabled_until,
        (list(reason order by begun desc, reason desc) filter (is_open and reason is not null))[1] as reason,
        list_distinct(list(sender) filter (is_open)) as councils
    from beside group by all having bool_or(is_open)
)
select *, 'provider' as kind, provider as recipient from whole
union all select *, 'council', unnest(councils) from whole;
