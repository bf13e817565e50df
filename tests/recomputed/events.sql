-- What happened to people, a row an event: spells, stays (continuous inpatient spells), contacts, services.
create or replace temp table spell as
with stay as (
    select * from acute__encounters where activity_type = 'inpatient_spell' and ifnull(status, '') <> 'entered-in-error'
),
part as (
    select * from acute__encounters
    where activity_type = 'hospital_episode' and part_of_key is not null and ifnull(status, '') <> 'entered-in-error'
),
opening as (
    select * from part qualify row_number() over (
        partition by part_of_key order by episode_number nulls last, start_at, encounters_key) = 1
),
closing as (
    select * from part qualify row_number() over (
        partition by part_of_key order by episode_number desc nulls first, start_at desc, encounters_key desc) = 1
),
code as (
    select encounter_key, position, upper(replace(code, '.', '')) as code from acute__conditions where code_system = 'icd10'
),
coded as (
    select
        s.encounters_key as spell,
        min(c.code) filter (c.position = 1) as main,
        bool_or(c.position > 1 and regexp_matches(c.code, '^J4[12347]')) as has_lungs,
        bool_or(c.position > 1 and c.code like 'D57%') as has_sickle_cells,
        bool_or(regexp_matches(c.code, '^W[01][0-9]')) as has_fall
    from stay as s left join opening as o on o.part_of_key = s.encounters_key
    join code as c on c.encounter_key in (s.encounters_key, o.encounters_key)
    group by all
),
anywhere as (
    select coalesce(e.part_of_key, e.encounters_key) as spell,
        bool_or(regexp_matches(c.code, '^(C[0-8][0-9]|C9[0-7]|Z511)')) as has_cancer
    from code as c join acute__encounters as e on e.encounters_key = c.encounter_key group by all
),
functions as (
    select part_of_key as spell, bool_or(treatment_function_code in ('501', '560')) as is_obstetric from part group by all
),
cut as (
    select distinct coalesce(e.part_of_key, e.encounters_key) as spell
    from acute__procedures as p join acute__encounters as e on e.encounters_key = p.encounter_key where p.code is not null
)
select
    s.encounters_key as spell, coalesce(w.who, s.person_key) as who,
    coalesce(s.start_at, o.start_at) as began, began::date as admitted, s.end_at as ended, ended::date as discharged,
    ended::date - began::date as nights,
    coalesce(o.admission_method, s.admission_method) as method,
    coalesce(o.source_of_admission, s.source_of_admission, '') as came_from,
    coalesce(o.patient_classification, s.patient_classification, '') as class,
    coalesce(s.discharge_method, c.discharge_method, '') as left_how,
    coalesce(s.discharge_destination, c.discharge_destination, '') as went_to,
    coalesce(s.discharge_ready_on, c.discharge_ready_on) as ready,
    ifnull(method in ('21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D'), false) as emergency,
    emergency and class in ('1', '2', '5') as is_admission,
    ifnull(
        regexp_matches(
            d.main,
            '^(B18[01]|E1[0-4]|D50[189]|D5[12]|F0[0-3]|G4[01]|I110|I130|I50|J81|I20|I25|I10|I119|I48|J4[1-7])'
        ) or (d.main like 'J20%' and d.has_lungs), false) as chronic,
    ifnull(
        regexp_matches(
            d.main,
            '^(I20|I24[089]|G4[01]|R56|O15|E86|K52[289]|A690|K0[24-6]|K03|K08|K09[89]|K1[23]|H6[67]|J0[236]|J312|'
            'K2[5-8][012456]|N1[0-2]|N136|A3[5-7]|A80|B0[56]|B16[19]|B18[01]|B26|G000|M014)'
        )
        or (regexp_matches(d.main, '^(J1[0134]|J15[3479]|J168|J18[18])') and not d.has_sickle_cells)
        or (regexp_matches(d.main, '^(L03|L04|L08[089]|L88|L980)') and x.spell is null), false) as acute,
    ifnull(d.has_fall and regexp_matches(d.main, '^(S|T[0-8]|T9[0-8])'), false) as fell,
    ifnull(a.has_cancer, false) as cancer,
    ifnull(f.is_obstetric, false) or ifnull(method in ('31', '32'), false)
    or ifnull(coalesce(o.treatment_function_code, s.treatment_function_code) in ('501', '560'), false) as obstetric
from stay as s
left join whose as w using (person_key, source, sender)
left join opening as o on o.part_of_key = s.encounters_key
left join closing as c on c.part_of_key = s.encounters_key
left join coded as d on d.spell = s.encounters_key
left join anywhere as a on a.spell = s.encounters_key
left join functions as f on f.spell = s.encounters_key
left join cut as x on x.spell = s.encounters_key
where coalesce(s.start_at, o.start_at)::date <= getvariable('as_of');

-- Spells that a chain of transfers joins, found by spreading the least number of the chain until nothing changes.
create or replace temp table stay as
with recursive numbered as (
    select *, row_number() over (order by began, ifnull(ended, timestamp '9999-12-31'), spell) as number from spell
),
moved as (
    select a.number as one, b.number as other
    from numbered as a join numbered as b on a.who = b.who and a.number <> b.number
        and a.admitted <= b.admitted and b.admitted - a.discharged in (0, 1, 2)
    where regexp_matches(a.went_to, '^5[123]$') or regexp_matches(b.came_from, '^5[123]$') or b.method in ('2B', '81')
),
joined as (
    select number, number as seen from numbered
    union
    select j.number, if(m.one = j.seen, m.other, m.one) from joined as j join moved as m on j.seen in (m.one, m.other)
),
chain as (select number, min(seen) as chain from joined group by number)
select
    chain, any_value(who) as who, max(discharged) as discharged, list(spell) as spells,
    bool_or(left_how in ('4', '5')) as died,
    bool_or(number = chain and class in ('1', '2')) and not bool_or(cancer) and not bool_or(obstetric) as is_index
from numbered join chain using (number)
group by chain having bool_and(discharged is not null);

create or replace temp table service as
select coalesce(w.who, e.person_key) as who, e.service_type as kind, ifnull(e.service_component, '') as component,
    e.start_on as begun, ifnull(e.end_on, date '9999-12-31') as done
from social_care__episodes_of_care as e left join whose as w using (person_key, source, sender)
where e.episode_type = 'social_care_service' and ifnull(e.status, '') <> 'entered-in-error'
    and e.start_on <= getvariable('as_of');

create or replace temp table attendance as
select coalesce(w.who, e.person_key) as who, e.start_at::date as day,
    e.has_start_time and e.has_end_time and e.end_at is not null as timed,
    timed and epoch(e.end_at) - epoch(e.start_at) > 240 * 60 as long
from acute__encounters as e left join whose as w using (person_key, source, sender)
where e.activity_type = 'emergency_attendance' and ifnull(e.status, '') <> 'entered-in-error'
    and lpad(e.department_type, 2, '0') in ('01', '02', '03') and ltrim(e.attendance_category, '0') = '1'
    and e.start_at::date <= getvariable('as_of');

create or replace temp table appointment as
with booked as (
    select appointments_key as id, person_key, source, sender, start_at, attended_code, status
    from acute__appointments where activity_type = 'outpatient_attendance'
),
kept as (
    select ifnull(appointment_key, encounters_key) as id, person_key, source, sender, start_at, attended_code, status
    from acute__encounters where activity_type = 'outpatient_attendance'
)
select coalesce(w.who, e.person_key) as who, e.start_at::date as day, e.attended_code in ('3', '7') as missed
from (from kept union all by name (from booked where id not in (select id from kept))) as e
left join whose as w using (person_key, source, sender)
where ifnull(e.status, '') <> 'entered-in-error' and e.attended_code in ('3', '5', '6', '7')
    and e.start_at::date <= getvariable('as_of');
