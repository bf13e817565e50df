-- The what-if worked out again: what people had in the last 12 months, what of it moves, and what that costs.
create or replace temp table shift as
with listed as (from read_csv(getvariable('seeds') || '/shift_services.csv', all_varchar = true)),
moves as (from read_csv(getvariable('seeds') || '/service_shifts.csv')),
needs as (from read_csv(getvariable('seeds') || '/service_shift_needs.csv')),
had as (
    select l.service_id as service, c.who, 1::decimal(38, 6) as units, exactly(c.pounds) as pounds
    from costed as c join listed as l on l.activity_type = c.kind and ifnull(l.is_emergency::boolean = c.emergency, true)
    join stretch as s on s.name = 'year' and c.day between s.first and s.last where c.came
    union all
    select l.service_id, c.who, days, exactly(c.weekly * days / 7)
    from (
        select k.*, least(ifnull(k.ended, s.last), s.last) - greatest(k.begun, s.first) + 1 as days
        from care as k join stretch as s on s.name = 'year' where k.single is null
    ) as c join listed as l on l.activity_type = 'social_care_service' and '|' || l.service_types || '|' like '%|' || c.kind || '|%'
    where days > 0
),
-- Weeks of one person and service are added up in days.
mine as (
    select service, who, if(any_value(l.unit) = 'week', exactly(sum(units) / 7), sum(units)) as units,
        if(any_value(l.unit) = 'week', exactly(coalesce(sum(units) filter (pounds is not null), 0) / 7), count(pounds)) as known, sum(pounds) as pounds
    from had join listed as l on l.service_id = service group by service, who
),
worth as (select service, sum(pounds) / nullif(sum(known), 0) as each from mine join resident using (who) group by service),
told as (
    select scenario_id as scenario, from_service as service from moves
    union select scenario_id, to_service from needs
),
before as (
    select h.kind, h.place, m.service, sum(m.units) as units, sum(m.pounds) as pounds,
        list({'age': ifnull(h.years, 16), 'units': m.units}) as each
    from here as h join mine as m using (who) group by all
),
gone as (
    select v.scenario_id as scenario, v.shift_id, v.from_service as service, b.kind, b.place,
        list_sum(list_transform(list_filter(b.each, lambda e: e.age between v.min_age and v.max_age), lambda e: e.units)) * v.share_moved as units
    from moves as v join before as b on b.service = v.from_service
),
changes as (
    select scenario, kind, place, service, exactly(-units) as units from gone
    union all select g.scenario, g.kind, g.place, n.to_service, exactly(g.units * n.units_for_each)
    from gone as g join needs as n on n.scenario_id = g.scenario and n.shift_id = g.shift_id
),
parts as (
    select t.scenario, a.kind, a.place, t.service, ifnull(any_value(b.units), 0) as before,
        ifnull(any_value(b.units), 0) + ifnull(sum(c.units), 0) as after, any_value(w.each) as each,
        ifnull(any_value(b.pounds), 0) as pounds, if(ifnull(sum(c.units), 0) = 0, 0, exactly(sum(c.units) * any_value(w.each))) as net
    from told as t cross join (select distinct kind, place from here) as a
    left join (select * exclude (each) from before) as b on b.kind = a.kind and b.place = a.place and b.service = t.service
    left join changes as c on c.scenario = t.scenario and c.kind = a.kind and c.place = a.place and c.service = t.service
    left join worth as w on w.service = t.service group by t.scenario, a.kind, a.place, t.service
)
select scenario, kind, place, service, before::double as before, after::double as after, each, pounds, net from parts
union all select scenario, kind, place, 'all', null, null, null, sum(pounds), if(bool_or(net is null), null, sum(net)) from parts group by all;
