-- What happened between people and services, but for services of social care that go on: the tables of people.sql and
-- events.sql at the middle threshold. An appointment that a contact tells of is that contact.
create or replace macro came(code, status) as case
    when code in ('5', '6') then true when code in ('2', '3', '4', '7') then false when code = '0' then null
    when status in ('cancelled', 'noshow') then false
    when status in ('fulfilled', 'arrived', 'checked-in', 'finished', 'in-progress', 'triaged', 'onleave') then true end;

create or replace temp table met as
with told as (
    from (select * replace (coalesce(activity_type, 'gp_consultation') as activity_type) from gp__encounters)
    union all by name from acute__encounters union all by name from community__encounters
    union all by name from mental_health__encounters
    union all by name (select * replace (coalesce(activity_type, 'social_care_assessment') as activity_type) from social_care__encounters)
),
planned as (
    from (select * replace (coalesce(activity_type, 'gp_appointment') as activity_type) from gp__appointments)
    union all by name from acute__appointments union all by name from community__appointments
    union all by name from mental_health__appointments
),
seen as (select * from told where ifnull(status, '') <> 'entered-in-error'),
asked as (select * from planned where ifnull(status, '') <> 'entered-in-error'),
named as (select distinct appointment_key from seen where activity_type = 'gp_consultation' and appointment_key is not null),
nameless as (
    select person_key, source, sender, start_at::date as day, count(*) as n from seen
    where activity_type = 'gp_consultation' and appointment_key is null group by all
),
waiting as (
    select appointments_key, person_key, source, sender, start_at::date as day,
        row_number() over (partition by person_key, source, sender, start_at::date order by start_at, appointments_key) as nth
    from asked where activity_type = 'gp_appointment' and came(attended_code, status)
        and appointments_key not in (from named)
)
select encounters_key as id, person_key, source, sender, activity_type as kind, start_at, end_at, came(attended_code, status) as came,
    case when activity_type = 'mental_health_spell' then admission_method in ('21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D')
        else activity_type = 'emergency_attendance' and ifnull(ltrim(attendance_category, '0') = '1', false) end as emergency,
    hrg_code as hrg, lpad(department_type, 2, '0') as department, first_attendance, coalesce(team_type, ward_type) as team, false as elsewhere
from seen where activity_type in (
    'gp_consultation', 'emergency_attendance', 'outpatient_attendance', 'community_contact', 'mental_health_contact',
    'mental_health_spell', 'social_care_assessment', 'social_care_review')
union all
select appointments_key, person_key, source, sender, activity_type, start_at, end_at, came(attended_code, status), false,
    hrg_code, null, first_attendance, team_type,
    appointments_key in (from named) or exists (
        select 1 from waiting as w join nameless as n using (person_key, source, sender, day)
        where w.appointments_key = a.appointments_key and w.nth <= n.n)
from asked as a
where not exists (select 1 from seen as s where s.appointment_key = a.appointments_key and s.activity_type = a.activity_type)
union all
select s.spell, s.who, 'acute', e.sender, 'inpatient_spell', s.began, s.ended, true, s.emergency, coalesce(e.hrg_code, (
        select arg_min(p.hrg_code, (ifnull(p.episode_number, 999), p.start_at, p.encounters_key)) filter (true) from acute__encounters as p
        where p.part_of_key = s.spell and p.activity_type = 'hospital_episode' and ifnull(p.status, '') <> 'entered-in-error')),
    null, s.class, s.method, false
from spell as s join acute__encounters as e on e.encounters_key = s.spell
union all
select service_requests_key, person_key, 'social_care', sender, 'social_care_request', authored_on::timestamp,
    coalesce(closed_on, authored_on)::timestamp, true, false, null, null, null, null, false
from social_care__service_requests where ifnull(status, '') <> 'entered-in-error'
    and coalesce(activity_type, 'social_care_request') = 'social_care_request';
