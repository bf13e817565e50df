-- Risk bands of the evenings before the newest months, from the rows of general practice and hospitals and the model's
-- numbers: variables as_of and seeds. A person's points are added up exactly.
create or replace temp table eve as
select first_day, first_day - 1 as day
from (
    select unnest(generate_series(date_trunc('month', getvariable('as_of')) - interval 24 month, getvariable('as_of'), interval 1 month))::date as first_day
)
where first_day - 1 - interval 12 month + interval 14 day >= (select quantile_disc(start_at, 0.001)::date from acute__encounters);

create or replace temp table on_list as
with died as (
    select person_key, if(count(died_on) = 0, date '0001-01-01', min(died_on)) as day
    from (from gp__patients union all by name from acute__patients) where died_on is not null or is_deceased group by person_key
),
held as (
    select e.first_day, e.day, r.person_key, r.sender, ifnull(r.end_on, date '9999-12-31') as until
    from eve as e join gp__episodes_of_care as r on r.start_on <= e.day
    where ifnull(r.episode_type, 'gp_registration') = 'gp_registration' and ifnull(r.registration_type, 'regular') = 'regular' and r.organisation_code is not null
    qualify row_number() over (partition by e.day, r.person_key order by r.start_on desc, until desc, r.episodes_of_care_key) = 1
),
told as (
    select h.first_day, h.day, h.person_key, p.sex, p.birth_month,
        row_number() over (partition by h.day, h.person_key order by (h.sender = p.sender) desc, p.patients_key) as n
    from held as h left join gp__patients as p using (person_key) left join died as d on d.person_key = h.person_key
    where h.until > h.day and ifnull(d.day > h.day, true)
)
select first_day, day, person_key as who,
    ifnull(date_diff('month', first(birth_month order by n) filter (birth_month is not null), day) // 12, 0) as years,
    first(sex order by n) filter (sex <> 'unknown') = 'male' as is_male
from told group by first_day, day, person_key;

create or replace temp table risk_event as
with meeting as (
    select person_key as who, start_at::date as day, activity_type as kind, attended_code as code, status, attendance_category from acute__encounters
    where ifnull(status, '') <> 'entered-in-error' and activity_type in ('emergency_attendance', 'outpatient_attendance')
    union all
    select person_key, start_at::date, 'gp_consultation', attended_code, status, '' from gp__encounters
    where ifnull(status, '') <> 'entered-in-error' and ifnull(activity_type, 'gp_consultation') = 'gp_consultation'
),
booking as (
    select person_key as who, start_at::date as day, 'outpatient_missed' as kind, attended_code as code, status from acute__appointments
    union all
    select person_key, start_at::date, 'gp_missed', attended_code, status from gp__appointments
),
spells as (
    select s.person_key as who, coalesce(s.start_at, o.start_at)::date as came, s.end_at::date as went,
        ifnull(coalesce(o.admission_method, s.admission_method) in ('21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D'), false) as urgent
    from acute__encounters as s left join (
        from acute__encounters where activity_type = 'hospital_episode' and part_of_key is not null and ifnull(status, '') <> 'entered-in-error'
        qualify row_number() over (partition by part_of_key order by episode_number nulls last, start_at, encounters_key) = 1
    ) as o on o.part_of_key = s.encounters_key
    where s.activity_type = 'inpatient_spell' and ifnull(s.status, '') <> 'entered-in-error'
        and coalesce(o.patient_classification, s.patient_classification) in ('1', '2', '5')
)
select who, came as day, if(urgent, 'emergency_admission', 'other_admission') as kind, 1 as n from spells
union all
select who, went, 'emergency_bed_day', went - came from spells where urgent and went > came
union all
select who, day, kind, 1 from meeting where kind = 'emergency_attendance' and ltrim(attendance_category, '0') = '1'
union all
select who, day, if(kind = 'gp_consultation', 'gp_contact', kind), 1 from meeting
where kind <> 'emergency_attendance' and (code in ('5', '6') or (code is null or code not in ('0', '2', '3', '4', '7'))
    and status in ('fulfilled', 'arrived', 'checked-in', 'finished', 'in-progress', 'triaged', 'onleave'))
union all
select who, day, kind, 1 from booking where ifnull(status, '') <> 'entered-in-error' and if(code is null, status = 'noshow', code in ('3', '7'));

create or replace temp table risk_entry as
with entry as (
    select person_key as who, code_system as system, code, coalesce(recorded_on, onset_on) as day, abated_on,
        ifnull(clinical_status in ('resolved', 'remission'), false) as is_over from gp__conditions
    union all
    select c.person_key, c.code_system, c.code, coalesce(c.recorded_on, e.start_at::date, c.onset_on), c.abated_on,
        ifnull(c.clinical_status in ('resolved', 'remission'), false)
    from acute__conditions as c left join acute__encounters as e on e.encounters_key = c.encounter_key
    union all
    select person_key, code_system, code, effective_on, null, false from gp__observations
),
condition as (from read_csv(getvariable('seeds') || '/conditions.csv')),
list as (
    select lower(trim(l.code_system)) as system, upper(replace(trim(l.code::varchar), '.', '')) as code,
        c.condition_id, c.is_lifelong, l.codelist = c.resolved_codelist as ends
    from reference__codelists as l join condition as c on l.codelist in (c.codelist, c.resolved_codelist)
),
meant as (
    select e.who, l.condition_id, l.is_lifelong, e.day, l.ends, e.is_over or e.abated_on is not null as closed, ifnull(e.abated_on, e.day) as closed_on
    from entry as e join list as l on l.system = e.system and (
        upper(replace(e.code, '.', '')) = l.code or (e.system = 'icd10' and starts_with(upper(replace(e.code, '.', '')), l.code)))
    where e.day is not null
)
select distinct who, condition_id, is_lifelong, day, ends from meant
union
select who, condition_id, is_lifelong, closed_on, true from meant where closed;

create or replace temp table band_month as
with feature as (
    select e.day, v.who, v.kind || case
            when e.day - v.day <= 30 then '_0_30' when e.day - v.day <= 90 then '_31_90' when e.day - v.day <= 180 then '_91_180'
            when e.day - v.day <= 365 then '_181_365' else '_366_730' end as name, sum(v.n) as amount
    from eve as e join risk_event as v on e.day - v.day between 0 and 730 group by all
    union all
    select e.day, c.who, 'has_' || c.condition_id, 1 from eve as e join risk_entry as c on c.day <= e.day
    group by e.day, c.who, c.condition_id, c.is_lifelong
    having count(*) filter (not c.ends) > 0 and (c.is_lifelong or count(*) filter (c.ends) = 0
        or max(c.day) filter (not c.ends) > max(c.day) filter (c.ends))
    union all
    select e.day, m.person_key, 'n_medicines', count(distinct m.code) from eve as e
    join gp__medication_requests as m on e.day - m.authored_on between 0 and 90 and ifnull(m.status, '') <> 'entered-in-error' group by all
    union all
    select day, who, unnest(['age_years', 'is_under_5', 'years_over_65', 'years_over_80', 'is_male']),
        unnest([years, (years < 5)::int, greatest(years - 65, 0), greatest(years - 80, 0), ifnull(is_male, false)::int]) from on_list
),
weight as (
    select feature as name, coefficient::decimal(18, 6) as each, cap::decimal(18, 0) as cap
    from read_csv(getvariable('seeds') || '/risk_coefficients.csv', all_varchar = true)
),
scored as (
    select l.first_day, l.who, ifnull(sum(least(f.amount::decimal(18, 0), w.cap) * w.each), 0) as points
    from on_list as l left join feature as f on f.day = l.day and f.who = l.who left join weight as w on w.name = f.name group by all
)
select first_day, who, case
        when nth <= (n + 199) // 200 then 'very_high' when nth <= (n + 19) // 20 then 'high' when nth <= (n + 4) // 5 then 'moderate' else 'low'
    end as band
from (select *, row_number() over (partition by first_day order by points desc, who) as nth, count(*) over (partition by first_day) as n from scored);
