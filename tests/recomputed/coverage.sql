-- How far the feeds behind each metric reach, by period and area: variables as_of, seeds; period, and the tables of
-- people.sql, events.sql and contacts.sql at the middle threshold.
create or replace temp table behind as
with said(metric_id, hospitals, councils) as (
    values ('emergency_admissions', true, false), ('emergency_admissions_65_plus', true, false),
        ('avoidable_admissions_chronic_acsc', true, false), ('avoidable_admissions_acute', true, false),
        ('emergency_readmissions_30_day', true, false), ('emergency_bed_days', true, false), ('total_bed_days', true, false),
        ('emergency_attendances', true, false), ('emergency_attendances_over_4_hours', true, false),
        ('falls_admissions_65_plus', true, false), ('discharge_to_usual_residence', true, false), ('discharge_delay_days', true, false),
        ('care_home_admissions_65_plus', false, true), ('reablement_at_home_84_days', true, true),
        ('avoidable_admissions_75_plus_with_social_care', true, true), ('long_term_social_care_65_plus', false, true),
        ('outpatient_did_not_attend', true, false),
        ('people_with_three_or_more_emergency_admissions_in_last_90_days_of_life', true, false)
)
select metric_id, 'gp' as source from said
union all select metric_id, 'acute' from said where hospitals
union all select metric_id, 'social_care' from said where councils;

-- When each sender told of something first, and how much in all: contacts by their day, stays and services by their end, or
-- tonight as long as they last; practices' registrations too.
create or replace temp table told_first as
with each as (
    select source, sender, if(kind like '%spell', least(ifnull(end_at::date, getvariable('as_of')), getvariable('as_of')), start_at::date) as day
    from met where start_at::date <= getvariable('as_of')
    union all
    select 'social_care', sender, least(ifnull(end_on, getvariable('as_of')), getvariable('as_of')) from social_care__episodes_of_care
    where coalesce(episode_type, 'social_care_service') = 'social_care_service' and ifnull(status, '') <> 'entered-in-error'
        and start_on <= getvariable('as_of')
    union all
    select 'gp', sender, start_on from gp__episodes_of_care
)
select source, sender, min(day) as day, count(*) as times from each group by source, sender;

-- From when to when a sender reaches. That one began later than the first of its kind is believed where, as often as it
-- tells of something since, it would have told of five things before.
create or replace temp table reach as
with sending as (
    select source, sender, if(bool_and(last_extract_on is not null), min(last_extract_on::date), null) as last
    from ledger__feeds where run_id = (select run_id from ledger__current_run) group by source, sender
),
of_kind as (select source, greatest(min(day), (select min(period_start) from period)) as day from told_first group by source)
select s.source, s.sender, s.last,
    if(t.day > k.day and t.times * (t.day - k.day) >= 5 * (getvariable('as_of') - t.day), t.day, least(t.day, k.day)) as first
from sending as s left join told_first as t using (source, sender) left join of_kind as k using (source);

-- Days that a file would have told of: it was refused, or did not come with the others, and was not mended.
create or replace temp table hole as
with file as (
    select source, sender, format, extract_date as day, lower(file_name) as name,
        count(*) filter (where outcome <> 'refused' or is_made_good) > 0 as good
    from ledger__files where format <> 'unrecognised' group by all
),
kind as (from read_csv(getvariable('seeds') || '/feed_formats.csv')),
extract as (select distinct source, sender, format, day from file),
due as (
    select e.*, f.name from extract as e join file as f using (source, sender, format, day)
    union
    select e.*, f.name from extract as e join file as f using (format) left join kind as k on k.feed = format
    where format <> 'fhir' and f.day <= e.day
        and if(f.sender = e.sender, f.source = e.source, ifnull(k.is_owed_like_peers, false))
)
select d.source, d.sender, d.day as last,
    (select coalesce(max(e.day) + 1, date '1900-01-01') from extract as e
        where (e.source, e.sender, e.format) = (d.source, d.sender, d.format) and e.day < d.day) as first
from due as d
where not exists (
    select 1 from file as f left join kind as k on k.feed = f.format
    where (f.source, f.sender, f.format, f.name) = (d.source, d.sender, d.format, d.name) and f.good
        and (f.day = d.day or (f.day > d.day and k.is_told_again)));

-- Whoever knows one in twenty of those whom its kind knows of an area's people tonight sends for the area; for the whole
-- everybody does, and for an area of which no sender of the kind knows anybody.
create or replace temp table sends_for as
with tonight as (
    select told_of, unnest([
        {'area_type': 'borough', 'area_code': council}, {'area_type': 'pcn', 'area_code': network},
        {'area_type': 'practice', 'area_code': practice}], recursive := true)
    from population where alive and period_type = 'financial_year' and period_end = getvariable('as_of')
),
known as (
    select t.area_type, t.area_code, s.source, s.sender, count(distinct t.told_of) as people
    from tonight as t join person_sources as s on s.person_key = t.told_of where t.area_code is not null group by all
),
large as (
    select * from known
    qualify 20 * people >= sum(people) over (partition by area_type, area_code, source)
),
area as (select distinct area_type, area_code from known union all select 'system', 'system'),
asked as (select * from area cross join (select distinct source from behind)),
chosen as (
    select area_type, area_code, source, sender from large
    union all
    select a.area_type, a.area_code, a.source, r.sender from asked as a join reach as r using (source)
    where (a.area_type, a.area_code, a.source) not in (select (area_type, area_code, source) from large)
)
select * from asked left join chosen using (area_type, area_code, source);

create or replace temp table covered as
with holed as (
    select distinct h.source, h.sender, p.period_type, p.period_start, true as is_holed
    from hole as h join period as p on h.first <= p.period_end and h.last >= p.period_start
),
each as (
    select s.area_type, s.area_code, s.source, p.period_type, p.period_start,
        bool_and(ifnull(r.first <= p.period_start and r.last >= p.period_end and h.is_holed is null, false)) as wholly,
        bool_or(ifnull(r.first <= p.period_end and r.last >= p.period_start, false)) as at_all
    from sends_for as s cross join period as p left join reach as r using (source, sender)
    left join holed as h using (source, sender, period_type, period_start) group by all
)
select b.metric_id, e.period_type, e.period_start, e.area_type, e.area_code,
    if(bool_and(wholly), 'complete', if(bool_and(at_all), 'partial', 'missing')) as coverage
from behind as b join each as e using (source) group by all;
