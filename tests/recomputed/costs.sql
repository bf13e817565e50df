-- What happened to people and what it cost, priced a second time: prices, deflators and frequencies are data, the rest is
-- written out here. Variables as_of, seeds; the tables of people.sql, events.sql and contacts.sql at the middle threshold.
create or replace macro year_of(day) as
    if(month(day) < 4, year(day) - 1, year(day)) || '-' || lpad((if(month(day) < 4, year(day), year(day) + 1) % 100)::varchar, 2, '0');
create or replace macro plain_year(said) as left(said, 4) || '-' || right(said, 2);
create or replace temp table deflator as
from read_csv(getvariable('seeds') || '/gdp_deflators.csv', types = {'financial_year': 'varchar'});

create or replace temp table price as
with sent as (
    select upper(trim(currency)) as currency, plain_year(financial_year) as year,
        plain_year(coalesce(price_year, financial_year)) as worth_of, unit_cost_gbp as pounds, 'unit_costs' as told
    from reference__unit_costs where unit_cost_gbp > 0
),
listed as (
    select currency, financial_year as year, financial_year as worth_of, unit_cost_gbp as pounds, 'national_average' as told
    from read_csv(getvariable('seeds') || '/national_unit_costs.csv', types = {'financial_year': 'varchar'})
    where currency not in (select currency from sent where currency is not null)
)
select currency, wanted.financial_year as year, told,
    if(known.year = wanted.financial_year, pounds, pounds * wanted.index_value / of_then.index_value) as pounds
from (from sent union all from listed) as known
join deflator as of_then on of_then.financial_year = known.worth_of cross join deflator as wanted
qualify row_number() over (
    partition by currency, wanted.financial_year
    order by known.year > wanted.financial_year, abs(left(known.year, 4)::int - left(wanted.financial_year, 4)::int)
) = 1;

create or replace temp table costed as
with kinds as (
    select *, ifnull(ifnull(end_at::date, getvariable('as_of')) - start_at::date, 0) as nights, year_of(start_at::date) as year,
        case
            when kind = 'inpatient_spell' then case
                when first_attendance = '2' then 'DAY_CASE' when first_attendance in ('3', '4') then 'REGULAR'
                when team in ('11', '12', '13') then 'ELECTIVE' when nights <= 1 then 'NON_ELECTIVE_SHORT' else 'NON_ELECTIVE_LONG' end
            when kind = 'emergency_attendance' then department
            when kind = 'outpatient_attendance' then
                map {'1': 'FIRST', '2': 'FOLLOW_UP', '3': 'FIRST_REMOTE', '4': 'FOLLOW_UP_REMOTE'}[first_attendance]
            when kind not like 'gp%' then upper(team) end as sort,
        case kind
            when 'inpatient_spell' then map {'DAY_CASE': 'DAY_CASE', 'REGULAR': 'REGULAR_DAY_ATTENDER', 'ELECTIVE': 'ELECTIVE_INPATIENT',
                'NON_ELECTIVE_SHORT': 'NEL_SHORT_STAY', 'NON_ELECTIVE_LONG': 'NEL_LONG_STAY'}[sort]
            when 'emergency_attendance' then if(sort in ('01', '02', '03'), 'ED_ATTENDANCE_TYPE_' || right(sort, 1), null)
            when 'outpatient_attendance' then 'OUTPATIENT_' || replace(sort, '_REMOTE', '')
            when 'community_contact' then map {'12': 'COMMUNITY_NURSING_CONTACT', '26': 'COMMUNITY_THERAPY_CONTACT', '23': 'A06A1',
                '33': 'A13A1', '58': 'A03', '51': 'IC01'}[sort]
            when 'mental_health_contact' then if(sort in ('A02', 'A06', 'A07', 'A11', 'A14', 'A17', 'E01'), 'MH_' || sort, null)
        end as of_sort,
        map {'emergency_attendance': 'ED_ATTENDANCE_OTHER', 'outpatient_attendance': 'OUTPATIENT_FOLLOW_UP',
            'community_contact': 'COMMUNITY_CONTACT', 'mental_health_contact': 'MENTAL_HEALTH_CONTACT',
            'mental_health_spell': 'MENTAL_HEALTH_BED_DAY', 'gp_consultation': 'GP_CONSULTATION', 'gp_appointment': 'GP_APPOINTMENT',
            'social_care_request': 'SOCIAL_CARE_REQUEST', 'social_care_assessment': 'SOCIAL_CARE_ASSESSMENT',
            'social_care_review': 'SOCIAL_CARE_REVIEW'}[kind] as of_kind
    from met where start_at::date <= getvariable('as_of')
),
offers as (
    select k.id, unnest([{'rank': 1, 'currency': hrg || '_' || sort}, {'rank': 2, 'currency': hrg}, {'rank': 3, 'currency': of_sort},
        {'rank': 4, 'currency': of_kind}], recursive := true), k.year
    from kinds as k where came and not elsewhere
),
taken as (
    select o.id, o.rank, p.pounds, p.told from offers as o join price as p using (currency, year)
    qualify row_number() over (partition by o.id order by o.rank) = 1
)
select k.id, k.person_key as who, if(k.source = 'gp', 'primary_care', k.source) as setting, k.kind, k.start_at, k.start_at::date as day,
    k.end_at::date as done, k.emergency, ifnull(k.came, false) as came, k.elsewhere,
    t.pounds * if(k.kind = 'mental_health_spell' and t.rank > 2, greatest(k.nights, 1), 1) as pounds,
    t.told = 'national_average' or t.rank = 4 or (k.kind = 'inpatient_spell' and t.rank > 2) as proxy
from kinds as k left join taken as t using (id);

-- Services: a week's price by the frequency, else by the planned units; a one-off has no week.
create or replace temp table care as
select e.person_key as who, e.service_type as kind, e.start_on as begun, e.end_on as ended,
    least(ifnull(e.end_on, getvariable('as_of')), getvariable('as_of')) as done,
    nullif(abs(e.unit_cost_gbp), 0) as unit, ifnull(f.is_one_off, false) as once,
    if(once, null, unit * coalesce(f.units_per_week, nullif(abs(e.planned_units_per_week), 0))) as weekly,
    if(once, unit, null) as single,
    (once and single is not null) or (weekly is not null and done >= begun) as known
from social_care__episodes_of_care as e
left join read_csv(getvariable('seeds') || '/care_cost_frequencies.csv', types = {'units_per_week': 'double'}) as f
    on f.cost_frequency = regexp_replace(lower(e.cost_frequency), '[^a-z0-9]', '', 'g')
where coalesce(e.episode_type, 'social_care_service') = 'social_care_service' and ifnull(e.status, '') <> 'entered-in-error'
    and e.start_on <= getvariable('as_of');
