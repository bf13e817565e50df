-- Risk bands as the 12 complete months began, from the warehouse's features of the evening before and the model's numbers.
create or replace temp table band as
with feature as (
    unpivot (select person_key, columns(* exclude (person_key, day_kind, reference_day, had_emergency_admission))::double
        from (from made.marts.fct_risk_features where day_kind = 'recent'
            and reference_day = (select first - 1 from stretch where name = 'months')))
    on columns(* exclude (person_key)) into name feature value amount
),
scored as (
    select f.person_key as who, sum(w.coefficient * least(f.amount, w.cap)) + any_value(m.intercept) as points
    from feature as f join read_csv(getvariable('seeds') || '/risk_coefficients.csv') as w using (feature)
    cross join read_csv(getvariable('seeds') || '/risk_models.csv') as m group by f.person_key
)
select who, case
        when nth <= ceil(n / 200) then 'very_high' when nth <= ceil(n / 20) then 'high' when nth <= ceil(n / 5) then 'moderate' else 'low'
    end as band
from (select who, row_number() over (order by points desc, who) as nth, count(*) over () as n from scored);

create or replace temp table band_cost as
with there as (
    select unnest(['system', 'borough', 'pcn', 'practice']) as kind,
        unnest(['system', ifnull(p.council, 'unknown'), ifnull(p.network, 'unknown'), ifnull(p.practice, 'unknown')]) as place,
        p.who, ifnull(b.band, 'unknown') as band
    from population as p join stretch as s on s.name = 'months' and p.period_end = s.last left join band as b on b.who = p.who
    where p.alive and p.period_type = 'month'
),
scope as (select unnest(['all', 'acute', 'community', 'mental_health', 'primary_care', 'social_care']) as setting),
event as (
    select c.who, c.setting, (came and not elsewhere and c.kind not like '%_spell')::int as contact, (c.kind = 'emergency_attendance')::int as visit,
        (c.kind = 'inpatient_spell' and emergency)::int as admission, 0 as nights
    from costed as c join stretch as s on s.name = 'months' and c.day between s.first and s.last
    union all
    select c.who, c.setting, 0, 0, 0, greatest(least(ifnull(c.done, getvariable('as_of')), s.last + 1) - greatest(c.day, s.first), 0)
    from costed as c join stretch as s on s.name = 'months' and c.day <= s.last where c.kind like '%_spell'
),
counts as (select who, setting, sum(contact) as contacts, sum(visit) as visits, sum(admission) as admissions, sum(nights) as nights from event group by all),
per_setting as (
    select coalesce(c.who, s.who) as who, coalesce(c.setting, s.setting) as setting, contacts, visits, admissions, nights, pounds, proxy, unknown
    from counts as c full join (
        select who, setting, sum(pounds) as pounds, sum(proxy) as proxy, sum(unknown) as unknown
        from spent where name = 'months' group by all
    ) as s on s.who = c.who and s.setting = c.setting
),
per_scope as (
    from per_setting
    union all by name
    select who, 'all' as setting, sum(columns(* exclude (who, setting))) from per_setting group by who
),
touched as (
    select who, setting from used where name = 'months'
    union select who, 'all' from used where name = 'months'
)
select t.kind, t.place, t.band, k.setting, count(distinct t.who) as people,
    count(distinct u.who) as users, ifnull(sum(p.contacts), 0) as contacts, ifnull(sum(p.visits), 0) as visits,
    ifnull(sum(p.admissions), 0) as admissions, ifnull(sum(p.nights), 0) as nights, ifnull(sum(p.pounds), 0) as pounds,
    ifnull(sum(p.proxy), 0) as proxy, ifnull(sum(p.unknown), 0) as unknown
from there as t cross join scope as k
left join per_scope as p on p.who = t.who and p.setting = k.setting
left join touched as u on u.who = t.who and u.setting = k.setting
group by t.kind, t.place, t.band, k.setting;
