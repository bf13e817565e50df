-- The money tables worked out again, from what costs.sql says that happened. Money is added up to the millionth of a pound.
create or replace macro exactly(pounds) as pounds::decimal(38, 6);
create or replace temp table stretch as
with night as (
    select getvariable('as_of') as last, (last - interval 1 year)::date + 1 as first,
        make_date(year(last) - if(month(last) < 4, 1, 0), 4, 1) as april, date_trunc('month', last + 1)::date as month
)
select 'year' as name, first, last from night
union all select 'running', april, last from night
union all select 'before', (april - interval 1 year)::date, april - 1 from night
union all select 'months', (month - interval 1 year)::date, month - 1 from night;

create or replace temp table resident as
select p.who, d.council, p.network, p.practice, p.age_band, p.years, p.sex, ifnull(s.segment_id, 'unknown') as segment
from population as p join person as d on d.person_key = p.who
left join made.wsic.population_segment as s on s.person_key = p.who
where p.alive and p.period_type = 'financial_year' and p.period_end = getvariable('as_of');

create or replace temp table spent as
select s.name, c.who, c.setting, sum(exactly(c.pounds)) as pounds, sum(exactly(if(c.proxy, c.pounds, 0))) as proxy,
    count(*) filter (c.came and not c.elsewhere and c.pounds is null) as unknown
from costed as c join stretch as s on c.day >= s.first and c.day <= s.last group by all
union all by name
select s.name, c.who, 'social_care' as setting, sum(exactly(if(c.once, if(c.begun >= s.first, c.single, null),
        c.weekly * (least(c.done, s.last) - greatest(c.begun, s.first) + 1) / 7))) filter (c.known) as pounds,
    0::decimal(38, 6) as proxy, count(*) filter (not c.known) as unknown
from care as c join stretch as s on c.begun <= s.last and (c.begun >= s.first or ifnull(c.ended, getvariable('as_of')) >= s.first)
group by all;

create or replace temp table used as
select distinct s.name, c.who, c.setting from costed as c join stretch as s
    on c.day <= s.last and (c.day >= s.first
        or c.kind in ('inpatient_spell', 'mental_health_spell') and ifnull(c.done, getvariable('as_of')) >= s.first)
where c.came
union
select s.name, c.who, 'social_care' from care as c join stretch as s
    on c.begun <= s.last and (c.begun >= s.first or ifnull(c.ended, getvariable('as_of')) >= s.first);

create or replace temp table concentration as
with scoped as (
    select r.who, k.scope, coalesce(sum(s.pounds) filter (k.scope in ('all', s.setting)), 0) as pounds
    from resident as r cross join (values ('all'), ('acute'), ('community'), ('mental_health'), ('primary_care'), ('social_care')) as k(scope)
    left join spent as s on s.who = r.who and s.name = 'year' group by r.who, k.scope
),
ordered as (select scope, list(pounds order by pounds desc, who) as each, sum(pounds) as whole, count(*) as n from scoped group by scope)
select scope, thousandths / 1000 as top, (n * thousandths) // 1000 + if((n * thousandths) % 1000 > 0, 1, 0) as people,
    list_sum(each[1:people]) as pounds, each[people] as least, whole
from ordered, (select unnest([5, 10, 20, 50, 100, 200, 500, 1000]) as thousandths);

create or replace temp table here as
select unnest(['system', 'borough', 'pcn', 'practice']) as kind,
    unnest(['system', ifnull(council, 'unknown'), ifnull(network, 'unknown'), ifnull(practice, 'unknown')]) as place, * from resident;
create or replace temp table bill as
select who, name, sum(pounds) as pounds, sum(proxy) as proxy, sum(unknown) as unknown from spent group by all;

create or replace temp table overlap as
with went as (select who, string_agg(setting, ',' order by setting) as settings from used where name = 'year' group by who),
counted as (
    select h.kind, h.place, ifnull(w.settings, 'none') as settings, count(*) as people, sum(ifnull(b.pounds, 0)) as pounds
    from here as h left join went as w using (who) left join bill as b on b.who = h.who and b.name = 'year' group by all
)
select *, people / (select sum(people) from counted as o where o.kind = c.kind and o.place = c.place) as of_people,
    pounds / nullif((select sum(pounds) from counted as o where o.kind = c.kind and o.place = c.place), 0) as of_cost
from counted as c;

-- The next thing that a person was seen for: the least one that comes after.
create or replace temp table pathway as
with step as (
    select c.*, row_number() over (partition by c.who order by c.start_at, c.setting, c.kind, c.id) as nth
    from (
        select who, setting, kind, start_at, day, done, id from costed where came and not elsewhere
        union all
        select e.person_key, 'social_care', 'social_care_service', e.start_on::timestamp, e.start_on, e.start_on, e.episodes_of_care_key
        from social_care__episodes_of_care as e
        where coalesce(e.episode_type, 'social_care_service') = 'social_care_service' and ifnull(e.status, '') <> 'entered-in-error'
    ) as c join resident as r using (who) join stretch as s on s.name = 'year' and c.day between s.first and s.last
)
select a.setting as came_from, b.setting as went_to, within, count(distinct a.who) as people, count(*) as times
from step as a join step as b on b.who = a.who and b.nth = a.nth + 1, (select unnest([7, 30, 90]) as within)
where b.day - if(a.kind like '%_spell', ifnull(a.done, getvariable('as_of')), a.day) <= within group by all;

-- Day by day: registered with whom the latest registration by then says, if it has not ended and nobody has died.
create or replace temp table lived as
with days as (select name, unnest(generate_series(first, last, interval 1 day))::date as day from stretch where name <> 'months'),
latest as (
    select d.name, d.day, r.who, max({'began': r.start_on, 'ended': r.end_on}).ended as ends
    from days as d join registered as r on r.start_on <= d.day group by d.name, d.day, r.who
)
select name, who, count(*) as days from latest left join death using (who)
where ends > day and ifnull(died_on > day, true) group by all;

create or replace temp table capitation as
with money as (
    select h.*, ifnull(y.pounds, 0) as year_pounds, ifnull(y.proxy, 0) as proxy, ifnull(y.unknown, 0) as unknown,
        ifnull(n.pounds, 0) as running_pounds, ifnull(b.pounds, 0) as before_pounds,
        ifnull(yl.days, 0) as year_days, ifnull(nl.days, 0) as running_days, ifnull(bl.days, 0) as before_days
    from here as h left join bill as y on y.who = h.who and y.name = 'year' left join bill as n on n.who = h.who and n.name = 'running'
    left join bill as b on b.who = h.who and b.name = 'before' left join lived as yl on yl.who = h.who and yl.name = 'year'
    left join lived as nl on nl.who = h.who and nl.name = 'running' left join lived as bl on bl.who = h.who and bl.name = 'before'
),
whole as (select segment, sum(year_pounds) / count(*) as mean, sum(before_pounds)::double as pounds, sum(before_days) as days from money
    where kind = 'system' group by segment),
alike as (select segment, age_band, sex, sum(year_pounds) / count(*) as mean from money where kind = 'system' group by all),
expected as (
    select kind, place, segment, sum(exactly(n * mean)) as pounds
    from (select kind, place, segment, age_band, sex, count(*) as n from money group by all) join alike using (segment, age_band, sex)
    group by all
),
facts as (
    select max(last - first + 1) filter (name = 'year') as year_days, max(first) filter (name = 'running') as april,
        max(first) filter (name = 'before') as april_before, (april + interval 1 year)::date - april as days, april - april_before as days_before,
        (select min(period_start) from period where period_type = 'month') <= april_before as is_covered
    from stretch
)
select m.segment, m.kind, m.place, count(*) as people, sum(m.year_days) / any_value(f.year_days) as person_years,
    any_value(w.mean) as mean, any_value(w.mean) * count(*) as budget, any_value(e.pounds) as adjusted, sum(m.year_pounds) as actual,
    sum(m.proxy) as proxy, sum(m.unknown)::bigint as unknown, year_of(any_value(f.april)) as shadow_year,
    sum(m.running_days) / any_value(f.days) as shadow_years,
    if(any_value(f.is_covered), any_value(w.pounds) / nullif(any_value(w.days / f.days_before), 0) * (
        select a.index_value / b.index_value from deflator as a, deflator as b
        where a.financial_year = year_of(any_value(f.april)) and b.financial_year = year_of(any_value(f.april_before))), null) as shadow_mean,
    sum(m.running_pounds) as shadow_actual
from money as m join whole as w using (segment) join expected as e using (kind, place, segment) cross join facts as f
group by m.segment, m.kind, m.place;

-- What each financial year bore of the cost of a person in a setting.
create or replace temp table year_cost as
select who, year_of(day) as year, setting, exactly(pounds) as pounds, proxy from costed where pounds is not null
union all
select c.who, d.financial_year, 'social_care', exactly(if(c.once, c.single, c.weekly * (least(c.done, last) - greatest(c.begun, first) + 1) / 7)), false
from care as c join (
    select financial_year, make_date(left(financial_year, 4)::int, 4, 1) as first, (first + interval 1 year)::date - 1 as last from deflator
) as d on if(c.once, c.begun between d.first and d.last, c.begun <= d.last and c.done >= d.first)
where c.known;
