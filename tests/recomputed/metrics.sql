-- Every metric's two counts by person and period, each written out as its definition says; then summed. A person's segment
-- is the last one until the day on which they count: table group_day.
create or replace temp table fact as
with here as (select * from population where alive),
spells as (
    select h.*, s.* exclude (who),
        s.admitted between h.period_start and h.period_end as is_in,
        ifnull(s.discharged between h.period_start and h.period_end, false) as is_out,
        s.is_admission and s.came_from not in ('51', '52', '53') as direct
    from here as h join spell as s using (who)
),
cared as (select distinct h.* from here as h join service as s using (who) where begun <= period_end and done >= period_start),
avoided as (select * from spells where is_in and direct),
index_stay as (
    select h.*, exists (
        select 1 from spell as s
        where s.who = h.who and s.is_admission and s.admitted - i.discharged between 0 and 29
            and not list_contains(i.spells, s.spell)
    ) as back
    from here as h join stay as i using (who)
    where i.is_index and not i.died and i.discharged between h.period_start and h.period_end
),
attended as (select h.*, a.timed, a.long from here as h join attendance as a using (who) where day between period_start and period_end),
booked as (select h.*, a.missed from here as h join appointment as a using (who) where day between period_start and period_end),
homes as (
    select h.* from here as h
    join (
        select who, min(begun) as first from service
        where kind in ('Long Term Support: Nursing Care', 'Long Term Support: Residential Care')
            and not regexp_matches(lower(component), 'short term')
        group by who
    ) as c using (who)
    where c.first between h.period_start and h.period_end
),
reabled as (
    select h.*, i.discharged,
        not exists (select 1 from death as d where d.who = h.who and d.died_on - i.discharged between 0 and 84)
        and not exists (
            select 1 from spell as s where s.who = h.who and s.is_admission and s.admitted - i.discharged between 0 and 84
                and not list_contains(i.spells, s.spell))
        and not exists (
            select 1 from service as s where s.who = h.who and s.kind like 'Long Term Support%'
                and s.begun - i.discharged between 0 and 84) as well
    from here as h join stay as i using (who)
    where not i.died and i.discharged between h.period_start and h.period_end and h.years >= 65
        and h.period_end + 84 <= getvariable('as_of')
        and exists (
            select 1 from service as s where s.who = h.who and s.kind = 'Short Term Support: ST-Max'
                and s.begun between i.discharged - 7 and i.discharged + 3)
    qualify row_number() over (partition by h.period_type, h.period_start, h.who order by i.discharged, well) = 1
),
ended as (
    select p.*, (
        select count(*) from spell as s join death as d using (who)
        where s.who = p.who and s.is_admission and d.died_on - s.admitted between 0 and 90
    ) >= 3 as often
    from population as p where not alive
)
select 'emergency_admissions' as metric_id, is_in::int * is_admission::int as above, 0 as below, * from spells
union all by name select 'emergency_admissions' as metric_id, 0 as above, 1 as below, * from here
union all by name select 'emergency_admissions_65_plus' as metric_id, (is_in and is_admission)::int as above, 0 as below, * from spells where years >= 65
union all by name select 'emergency_admissions_65_plus' as metric_id, 0 as above, 1 as below, * from here where years >= 65
union all by name select 'avoidable_admissions_chronic_acsc' as metric_id, chronic::int as above, 0 as below, * from avoided
union all by name select 'avoidable_admissions_chronic_acsc' as metric_id, 0 as above, 1 as below, * from here
union all by name select 'avoidable_admissions_acute' as metric_id, acute::int as above, 0 as below, * from avoided
union all by name select 'avoidable_admissions_acute' as metric_id, 0 as above, 1 as below, * from here
union all by name select 'emergency_readmissions_30_day' as metric_id, back::int as above, 1 as below, * from index_stay
union all by name select 'emergency_bed_days' as metric_id, nights as above, 0 as below, * from spells where is_out and emergency and class = '1'
union all by name select 'emergency_bed_days' as metric_id, 0 as above, 1 as below, * from here
union all by name select 'total_bed_days' as metric_id, nights as above, 0 as below, * from spells where is_out and class = '1'
union all by name select 'total_bed_days' as metric_id, 0 as above, 1 as below, * from here
union all by name select 'emergency_attendances' as metric_id, 1 as above, 0 as below, * from attended
union all by name select 'emergency_attendances' as metric_id, 0 as above, 1 as below, * from here
union all by name select 'emergency_attendances_over_4_hours' as metric_id, long::int as above, 1 as below, * from attended where timed
union all by name select 'falls_admissions_65_plus' as metric_id, 1 as above, 0 as below, * from spells
    where is_in and emergency and class = '1' and fell and years >= 65
union all by name select 'falls_admissions_65_plus' as metric_id, 0 as above, 1 as below, * from here where years >= 65
union all by name select 'discharge_to_usual_residence' as metric_id, (went_to = '19')::int as above, 1 as below, * from spells
    where is_out and class = '1' and years >= 18 and left_how not in ('4', '5')
union all by name select 'discharge_delay_days' as metric_id, greatest(discharged - ready, 0) as above, 1 as below, * from spells
    where is_out and ready is not null and years >= 18 and left_how not in ('4', '5')
union all by name select 'care_home_admissions_65_plus' as metric_id, 1 as above, 0 as below, * from homes where years >= 65
union all by name select 'care_home_admissions_65_plus' as metric_id, 0 as above, 1 as below, * from here where years >= 65
union all by name select 'reablement_at_home_84_days' as metric_id, well::int as above, 1 as below, * from reabled
union all by name select 'avoidable_admissions_75_plus_with_social_care' as metric_id, chronic::int + acute::int as above, 0 as below, a.*
    from avoided as a semi join cared as c using (period_type, period_start, who) where years >= 75
union all by name select 'avoidable_admissions_75_plus_with_social_care' as metric_id, 0 as above, 1 as below, * from cared where years >= 75
union all by name select 'long_term_social_care_65_plus' as metric_id, exists (
        select 1 from service as s where s.who = h.who and s.kind like 'Long Term Support%'
            and s.begun <= h.period_end and s.done >= h.period_end)::int as above, 1 as below, h.* from here as h where years >= 65
union all by name select 'outpatient_did_not_attend' as metric_id, missed::int as above, 1 as below, * from booked
union all by name select 'people_with_three_or_more_emergency_admissions_in_last_90_days_of_life' as metric_id,
    often::int as above, 1 as below, * from ended;

insert into recomputed
with placed as (
    select metric_id, period_type, period_start, period_end, above, below, age_band, sex, ethnic_group, imd_quintile,
        ifnull(g.segment_id, 'unknown') as segment, if(b.first_day is null, null, ifnull(r.band, 'unknown')) as risk_band,
        unnest([
            {'area_type': 'system', 'area_code': 'system'}, {'area_type': 'borough', 'area_code': council},
            {'area_type': 'pcn', 'area_code': network}, {'area_type': 'practice', 'area_code': practice}
        ], recursive := true)
    from fact as f left join (select distinct first_day from band_month) as b on b.first_day = f.period_start
    left join band_month as r on r.first_day = f.period_start and r.who = f.told_of
    left join (
        select w.told_of, w.counted_on, max_by(g.segment_id, g.day) as segment_id
        from (select distinct told_of, counted_on from population) as w join group_day as g on g.person_key = w.told_of and g.day <= w.counted_on
        group by w.told_of, w.counted_on
    ) as g on g.told_of = f.told_of and g.counted_on = f.counted_on
),
grouped as (
    select * exclude (age_band, sex, ethnic_group, imd_quintile, segment, risk_band), unnest([
        {'group_type': 'all', 'group_value': 'all'}, {'group_type': 'age_band', 'group_value': age_band},
        {'group_type': 'sex', 'group_value': sex}, {'group_type': 'ethnic_group', 'group_value': ethnic_group},
        {'group_type': 'imd_quintile', 'group_value': imd_quintile}, {'group_type': 'segment', 'group_value': segment},
        {'group_type': 'risk_band', 'group_value': risk_band}
    ], recursive := true)
    from placed where area_code is not null
)
select getvariable('threshold') as threshold, metric_id, period_type, period_start, period_end, area_type, area_code,
    group_type, group_value, sum(above)::bigint as above, sum(below)::bigint as below
from grouped where group_value is not null group by all;
