-- Segments of every person on every single day, worked out from the rows that were known on it: variables first_day,
-- as_of and ways (of telling an age: counted, shown); views of the pseudonymised zone; tables person and counted of people.sql, one period a day; rule and condition
-- as the seeds have them; shown (person_key, birth_month), what the product tells of a birth.
create or replace temp table meant as
select c.code_system, c.code, k.condition_id, c.codelist = k.resolved_codelist as is_end
from reference__codelists as c join condition as k on c.codelist in (k.codelist, k.resolved_codelist);

create or replace temp table told_of as
select
    p.person_key, m.condition_id, m.is_end, p.happened, p.written, p.ended,
    ifnull(p.clinical_status in ('resolved', 'remission'), false) as is_over
from (
    select
        c.person_key, c.code_system, c.code, c.clinical_status, c.abated_on as ended,
        coalesce(c.onset_on, c.recorded_on, e.start_at::date) as happened,
        coalesce(c.recorded_on, e.start_at::date, c.onset_on) as written
    from conditions as c left join encounters as e on e.encounters_key = c.encounter_key
    union all
    select person_key, code_system, code, null, null, effective_on, effective_on from observations
) as p
join meant as m on m.code_system = p.code_system and (
    replace(upper(p.code), '.', '') = m.code
    or p.code_system = 'icd10' and replace(upper(p.code), '.', '') like m.code || '%'
)
where p.happened is null or p.happened <= getvariable('as_of');

create or replace temp table entry as
select person_key, condition_id, happened as on_day, least(written, getvariable('as_of')) as known, is_end
from told_of where written is not null
union all
select person_key, condition_id, happened, null, is_end from told_of where written is null
union all
select
    person_key, condition_id, coalesce(ended, happened),
    case when written > ended or ended is null then written else ended end, true
from told_of where (is_over and ended is null) or ended <= getvariable('as_of');

create or replace temp table stay as
select e.person_key, e.start_at::date as came, e.end_at::date as went
from acute__encounters as e
left join (
    select part_of_key, first(admission_method order by episode_number) as method from acute__encounters
    where activity_type = 'hospital_episode' group by part_of_key
) as f on f.part_of_key = e.encounters_key
where e.activity_type = 'inpatient_spell' and ifnull(e.status, '') <> 'entered-in-error'
    and coalesce(f.method, e.admission_method) in ('21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D');

create or replace temp table has as
select d.day, e.person_key, e.condition_id as need, min(e.on_day) as first_on,
    max(e.on_day) filter (not e.is_end) as latest_on, bool_or(c.is_long_term) as is_long
from (select distinct day from counted where alive) as d
join entry as e on e.known is null or e.known <= d.day
join condition as c using (condition_id)
group by d.day, e.person_key, e.condition_id
having count(*) filter (not e.is_end) > 0 and (
    bool_or(c.is_lifelong) or count(e.on_day) filter (e.is_end) = 0
    or ifnull(max(e.on_day) filter (not e.is_end) > max(e.on_day) filter (e.is_end), false)
);

-- Whoever is registered has an age: before the month of birth that was told, that of a newborn.
create or replace temp table aged as
select c.day, c.who as person_key, how.way,
    case
        when p.birth_month is null then 16
        when how.way = 'counted' or s.birth_month is not null
            then greatest(date_part('year', age(c.day::timestamp, p.birth_month::timestamp)), 0)
        else date_part('year', age(least(getvariable('as_of'), p.died_on)::timestamp, p.birth_month::timestamp))
    end as years
from counted as c
join person as p on p.person_key = c.who
left join shown as s on s.person_key = c.who
cross join (select unnest(getvariable('ways')) as way) as how
where c.alive and not (p.is_deceased and p.died_on is null);

create or replace temp table fits as
with reasons as (
    select h.day, h.person_key, r.scheme_id, r.segment_order,
        min(if(r.counted_from = 'latest', h.latest_on, h.first_on)) as evidence_on
    from has as h join rule as r on r.need = h.need or (r.need = 'any_long_term' and h.is_long)
    where (r.within_years is null or h.first_on > h.day - to_years(r.within_years))
        and (r.within_days is null or date_diff('day', h.latest_on, h.day) < r.within_days)
    group by all
    union all
    select a.day, s.person_key, r.scheme_id, r.segment_order, min(s.came)
    from stay as s join (select distinct day, person_key from aged) as a using (person_key)
    join rule as r on r.need = 'emergency_admission'
    where s.came <= a.day and date_diff('day', coalesce(s.went, getvariable('as_of')), a.day) < r.within_days
    group by all
)
select a.way, a.day, a.person_key, r.scheme_id, r.segment_id, r.need, w.evidence_on
from aged as a
join rule as r on a.years >= r.min_age and a.years <= r.max_age
left join reasons as w
    on w.day = a.day and w.person_key = a.person_key and w.scheme_id = r.scheme_id and w.segment_order = r.segment_order
where w.person_key is not null or r.need = 'anything'
qualify r.segment_order = min(r.segment_order) over (partition by a.way, a.day, a.person_key, r.scheme_id);

-- The day before it on which the person was in another segment, whatever gap lies between.
create or replace temp table daily as
with runs as (
    select *, lag(segment_id) over w as was, lag(day) over w as was_on from fits
    window w as (partition by way, person_key, scheme_id order by day)
)
select
    * exclude (was, was_on),
    last_value(if(was <> segment_id, was, null) ignore nulls) over w as previous_segment_id,
    date_trunc('month', last_value(if(was <> segment_id, was_on, null) ignore nulls) over w)::date
        as previous_until_month,
    case need when 'anything' then 'No need above it in the table' when 'emergency_admission' then 'Emergency admission'
        else 'Current condition: ' || need end as reason
from runs window w as (partition by way, person_key, scheme_id order by day rows unbounded preceding);

create or replace temp table wanted_move as
with ends as (
    select person_key, scheme_id, day, segment_id from daily where way = 'counted' and day = last_day(day)
),
pairs as (
    select coalesce(b.day, last_day(a.day + 1)) as month_end, coalesce(a.scheme_id, b.scheme_id) as scheme_id,
        coalesce(a.segment_id, 'new') as from_segment_id, coalesce(b.segment_id, 'left') as to_segment_id
    from ends as a full join ends as b
        on b.person_key = a.person_key and b.scheme_id = a.scheme_id and b.day = last_day(a.day + 1)
)
select date_trunc('month', month_end)::date as month, scheme_id, from_segment_id, to_segment_id, count(*) as people from pairs
where month_end > getvariable('first_day') and month_end <= getvariable('as_of') group by all;
