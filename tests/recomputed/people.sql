-- Who people are, where and when they were registered: variables threshold, as_of; views of the pseudonymised zone.
-- Whose a record is at the threshold: what a sender told of a person goes elsewhere only if all its records do.
create or replace temp table whose as
select
    person_key, source, sender,
    case getvariable('threshold')
        when 'strict' then if(count(*) filter (strict_person_key = person_key) > 0, person_key, min(strict_person_key))
        when 'loose' then if(count(*) filter (loose_person_key = person_key) > 0, person_key, min(loose_person_key))
        else person_key
    end as who
from person_sources group by person_key, source, sender;

-- A person as the practice says that has them now, then other practices, then the rest, ambulance crews last.
create or replace temp table told as
select
    p.person_key, p.birth_month, p.sex, p.died_on, p.is_deceased, p.local_authority_code, p.ethnic_category,
    p.lsoa_code,
    row_number() over (
        partition by p.person_key
        order by
            exists (
                select 1 from gp__episodes_of_care as r
                where p.source = 'gp' and r.person_key = p.person_key and r.sender = p.sender
                    and r.organisation_code = p.practice_code and r.episode_type = 'gp_registration'
                    and ifnull(r.registration_type, 'regular') = 'regular' and r.start_on <= getvariable('as_of')
                    and ifnull(r.end_on, date '9999-12-31') > getvariable('as_of')
            ) desc,
            list_position(['gp', 'other', 'ambulance'], if(p.source in ('gp', 'ambulance'), p.source, 'other')),
            f.extract_date desc nulls last, p.patients_key
    ) as n
from patients as p left join ledger__files as f on f.file_id = p.source_file_id;
create or replace temp table person as
select
    person_key,
    first(birth_month order by n) filter (birth_month is not null) as birth_month,
    coalesce(first(sex order by n) filter (sex <> 'unknown'), 'unknown') as sex,
    first(died_on order by n) filter (died_on is not null) as died_on,
    max(is_deceased::int) = 1 as is_deceased,
    first(local_authority_code order by n) filter (local_authority_code is not null) as council,
    case first(ethnic_category order by n) filter (ethnic_category not in ('Z', '99'))
        when 'A' then 'White' when 'B' then 'White' when 'C' then 'White'
        when 'D' then 'Mixed' when 'E' then 'Mixed' when 'F' then 'Mixed' when 'G' then 'Mixed'
        when 'H' then 'Asian' when 'J' then 'Asian' when 'K' then 'Asian' when 'L' then 'Asian'
        when 'M' then 'Black' when 'N' then 'Black' when 'P' then 'Black'
        when 'R' then 'Other' when 'S' then 'Other' else 'Unknown'
    end as ethnic_group,
    first(lsoa_code order by n) filter (lsoa_code is not null) as area
from told group by person_key;
-- Fifths of deprivation by the newest index that ranks the area.
create or replace temp table fifth as
select lsoa_code as area, ceil(imd_decile / 2)::int::varchar as imd_quintile
from reference__deprivation where imd_decile is not null
qualify row_number() over (partition by lsoa_code order by imd_version desc) = 1;
create or replace temp table death as
select w.who, min(p.died_on) as died_on
from (select distinct who, person_key from whose) as w join person as p using (person_key)
where p.died_on is not null group by w.who;

create or replace temp table registered as
select
    coalesce(w.who, r.person_key) as who, r.person_key, r.organisation_code as practice, r.start_on,
    ifnull(r.end_on, date '9999-12-31') as end_on, r.episodes_of_care_key as registration
from gp__episodes_of_care as r left join whose as w using (person_key, source, sender)
where r.episode_type = 'gp_registration' and ifnull(r.registration_type, 'regular') = 'regular'
    and r.organisation_code is not null and r.start_on <= getvariable('as_of');

-- On the last day of a period the registration that began last counts, if it has not ended; of the dead the one that
-- began last before the death.
create or replace temp table counted as
with days as (
    select p.period_type, p.period_start, p.period_end, p.period_end as day, null::varchar as only_who, true as alive
    from period as p
    union all
    select p.period_type, p.period_start, p.period_end, d.died_on, d.who, false
    from period as p join death as d on d.died_on between p.period_start and p.period_end
),
latest as (
    select d.*, r.who, r.person_key, r.practice, r.end_on
    from days as d join registered as r
        on (d.only_who is null or r.who = d.only_who) and r.start_on <= d.day - if(d.alive, 0, 1)
    qualify row_number() over (
        partition by d.period_type, d.period_start, d.alive, r.who
        order by r.start_on desc, r.end_on desc, r.registration
    ) = 1
)
select l.period_type, l.period_start, l.period_end, l.day, l.alive, l.who, l.person_key, l.practice
from latest as l left join death as d using (who)
where if(l.alive, l.end_on > l.day and ifnull(d.died_on > l.day, true), l.end_on >= l.day);

create or replace temp table home as
with known as (
    select
        person_key, local_authority_code as council, lsoa_code, start_on, ifnull(end_on, date '9999-12-31') as end_on,
        list_position(['gp', 'other', 'ambulance'], if(source in ('gp', 'ambulance'), source, 'other')) as trust,
        end_on as told_end
    from addresses where local_authority_code is not null and ifnull(address_use, 'home') in ('home', 'old')
)
select
    person_key, council, lsoa_code, end_on,
    case
        when start_on is not null then start_on
        when told_end is null then coalesce(max(told_end) over (partition by person_key, trust), date '1900-01-01')
        else date '1900-01-01'
    end as start_on
from known qualify trust = min(trust) over (partition by person_key);

create or replace temp table population as
with housed as (
    select c.*, h.council, h.lsoa_code, h.end_on as home_until
    from counted as c left join home as h on h.person_key = c.person_key and h.start_on <= c.day
    qualify row_number() over (
        partition by c.period_type, c.period_start, c.alive, c.who
        order by h.start_on desc nulls last, h.end_on desc, h.council, h.lsoa_code
    ) = 1
),
networked as (
    select h.*, ifnull(h.home_until > h.day, false) as is_dated, o.parent_ods_code as network, o.valid_to
    from housed as h left join reference__organisations as o
        on o.ods_code = h.practice and o.role = 'gp_practice' and o.valid_from <= h.day
    qualify row_number() over (
        partition by h.period_type, h.period_start, h.alive, h.who order by o.valid_from desc nulls last
    ) = 1
)
select
    n.period_type, n.period_start, n.period_end, n.alive, n.who, n.practice,
    if(ifnull(n.valid_to, date '9999-12-31') >= n.day, n.network, null) as network,
    n.day as counted_on, coalesce(if(n.is_dated, n.council, null), p.council) as council,
    date_part('year', age(n.day::timestamp, p.birth_month::timestamp))::int as years,
    case
        when years is null then 'unknown' when years >= 85 then '85+' when years >= 75 then '75-84'
        when years >= 65 then '65-74' when years >= 18 then '18-64' when years >= 5 then '5-17' else '0-4'
    end as age_band,
    p.sex, p.ethnic_group, ifnull(f.imd_quintile, 'unknown') as imd_quintile, n.person_key as told_of
from networked as n join person as p using (person_key)
left join fifth as f on f.area = if(n.is_dated, n.lsoa_code, p.area)
where not (p.is_deceased and p.died_on is null);
