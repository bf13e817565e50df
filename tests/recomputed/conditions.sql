-- Disease registers and clinical scores of the night, from the pseudonymised rows: variable as_of; tables person and
-- counted of people.sql, one period of a day; register, register_list, score, part, part_list, cut and comorbidity as
-- the seeds have them.
create or replace temp table listed as
select distinct codelist, lower(trim(code_system)) as code_system, upper(replace(trim(code), '.', '')) as code
from reference__codelists;

create or replace temp table entry as
select p.person_key, l.codelist, p.source, p.happened, p.value,
    case
        when p.ended <= getvariable('as_of') then p.ended
        when p.ended is null and p.is_over then p.happened
    end as over_on
from (
    select c.person_key, c.source, c.code_system, upper(replace(c.code, '.', '')) as code, c.abated_on as ended,
        coalesce(c.onset_on, c.recorded_on, e.start_at::date) as happened, null::double as value,
        ifnull(c.clinical_status in ('resolved', 'remission'), false) as is_over
    from conditions as c left join encounters as e on e.encounters_key = c.encounter_key
    union all
    select person_key, source, code_system, upper(replace(code, '.', '')), null, effective_on, value, false
    from observations where ifnull(category, 'observation') not in ('allergy', 'immunization', 'care-plan')
) as p
join listed as l on l.code_system = p.code_system
    and (l.code = p.code or p.code_system = 'icd10' and p.code like l.code || '%')
where p.happened is null or p.happened <= getvariable('as_of');

create or replace temp table issue as
select person_key, code_system, code, authored_on as happened from medication_requests
where code is not null and ifnull(status, '') <> 'entered-in-error' and ifnull(intent, 'order') = 'order'
    and authored_on <= getvariable('as_of');

create or replace temp table on_list as
select c.who as person_key, date_part('year', age(getvariable('as_of')::timestamp, p.birth_month::timestamp)) as years
from counted as c join person as p on p.person_key = c.who
where c.alive and not p.is_deceased;

-- One question after another of every registered person and register.
create or replace temp table wanted_register as
with diagnosed as (
    select
        o.person_key, o.years, r.*,
        (select list(e.happened) from entry as e join register_list as l using (codelist)
            where e.person_key = o.person_key and l.register_id = r.register_id and l.list_role = 'diagnosis'
        ) as found
    from on_list as o cross join register as r
),
dated as (
    select
        o.*, list_min(found) as first_on, list_max(found) as latest_on,
        (select max(e.happened) from entry as e join register_list as l using (codelist)
            where e.person_key = o.person_key and l.register_id = o.register_id and l.list_role = 'ended') as end_on,
        (select max(e.over_on) from entry as e join register_list as l using (codelist)
            where e.person_key = o.person_key and l.register_id = o.register_id and l.list_role = 'diagnosis'
        ) as over_on,
        (select max(e.happened) from entry as e join register_list as l using (codelist)
            where e.person_key = o.person_key and l.register_id = o.register_id and l.list_role = 'rival') as rival_on,
        (select max(e.happened) from entry as e join register_list as l using (codelist)
            where e.person_key = o.person_key and l.register_id = o.register_id and l.list_role = 'remission'
        ) as better_on,
        (select max(i.happened) from issue as i
            join listed as d on d.code_system = i.code_system and d.code = upper(i.code)
            join register_list as l using (codelist)
            where i.person_key = o.person_key and l.register_id = o.register_id and l.list_role = 'drug') as drug_on,
        exists (select 1 from listed join register_list as l using (codelist)
            where l.register_id = o.register_id and l.list_role = 'drug') as knows_drug,
        exists (select 1 from listed join register_list as l using (codelist)
            where l.register_id = o.register_id and l.list_role = 'confirming') as knows_value
    from diagnosed as o
),
asked as (
    select *, found is not null as is_coded,
        ifnull(drug_on > getvariable('as_of') - to_months(drug_months), false) as treated,
        exists (select 1 from entry as e join register_list as l using (codelist)
            where e.person_key = d.person_key and l.register_id = d.register_id and l.list_role = 'confirming'
                and e.value < d.confirmed_below and e.happened >= d.first_on - d.days_before::integer
                and e.happened <= d.first_on + d.days_after::integer) as is_confirmed
    from dated as d
)
select
    person_key, register_id, first_on, latest_on,
    case
        when years is null and coalesce(min_age, max_age) is not null then 'age_unknown'
        when years < ifnull(min_age, 0) then 'under_age'
        when years > ifnull(max_age, 200) then 'over_age'
        when not is_coded then 'drug'
        when not is_lifelong and coalesce(end_on, over_on) is not null
            and not ifnull(latest_on > greatest(end_on, over_on), false) then 'ended'
        when diagnosed_from is not null and if(counted_from = 'first', first_on, latest_on) is null then 'undated'
        when diagnosed_from > if(counted_from = 'first', first_on, latest_on) then 'diagnosed_before'
        when wins_tie and rival_on is not null and ifnull(rival_on > latest_on, true) then 'other_type'
        when not wins_tie and rival_on is not null and ifnull(rival_on >= latest_on, true) then 'other_type'
        when drug_rule = 'needed' and not treated then if(knows_drug, 'no_drug', 'no_drug_list')
        when confirmed_from is not null and first_on is null then 'undated'
        when first_on >= confirmed_from and not is_confirmed
            then if(knows_value, 'not_confirmed', 'no_confirming_list')
        else 'diagnosed'
    end as reason,
    if(
        reason in ('age_unknown', 'undated', 'no_drug_list', 'no_confirming_list'), null,
        reason in ('diagnosed', 'drug')
    ) as is_on,
    better_on is not null and ifnull(better_on > latest_on, latest_on is null) as is_better
from asked where is_coded or (drug_rule = 'enough' and treated);

create or replace temp table stay as
select e.encounters_key as spell, e.person_key, coalesce(e.start_at, f.began)::date as came,
    coalesce(f.method, e.admission_method) in ('21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D') as urgent
from acute__encounters as e
left join (
    select part_of_key, first(admission_method order by episode_number, start_at) as method, min(start_at) as began
    from acute__encounters
    where activity_type = 'hospital_episode' and ifnull(status, '') <> 'entered-in-error' group by part_of_key
) as f on f.part_of_key = e.encounters_key
where e.activity_type = 'inpatient_spell' and ifnull(e.status, '') <> 'entered-in-error'
    and came <= getvariable('as_of');

create or replace temp table read_stay as
select s.*, c.score_id from stay as s join score as c on c.score_id like 'charlson%'
where s.came >= getvariable('as_of') - to_months(c.lookback_months)
union all
select s.*, c.score_id from stay as s join score as c on c.score_id = 'hospital_frailty_risk'
join (select person_key, max(came) as last_came from stay where urgent group by person_key) as l using (person_key)
where s.urgent and l.last_came >= getvariable('as_of') - to_months(c.lookback_months)
    and s.came >= l.last_came - to_months(c.lookback_months);

create or replace temp table present as
with coded as (
    select s.score_id, s.person_key, s.came, upper(replace(d.code, '.', '')) as code
    from read_stay as s
    join acute__encounters as e on e.encounters_key = s.spell or (
        e.part_of_key = s.spell and e.activity_type = 'hospital_episode' and ifnull(e.status, '') <> 'entered-in-error'
    )
    join acute__conditions as d on d.encounter_key = e.encounters_key and d.code_system = 'icd10'
),
found as (
    select c.score_id, c.person_key, m.comorbidity as component, c.came as on_day
    from coded as c join comorbidity as m on c.code like m.code || '%' where c.score_id like 'charlson%'
    union all
    select score_id, person_key, code[:3], came from coded where score_id = 'hospital_frailty_risk'
    union all
    select l.score_id, e.person_key, l.component, e.happened
    from entry as e join part_list as l on l.codelist = e.codelist and l.list_role = 'diagnosis'
    join part as p on p.score_id = l.score_id and p.component = l.component
    where p.needs = 'diagnosis'
    union all
    select l.score_id, i.person_key, l.component, i.happened
    from issue as i join listed as d on d.code_system = i.code_system and d.code = upper(i.code)
    join part_list as l on l.codelist = d.codelist and l.list_role = 'drug'
    join part as p on p.score_id = l.score_id and p.component = l.component
    where i.happened > getvariable('as_of') - to_months(p.within_months) and (
        p.needs = 'drug' or exists (
            select 1 from entry as e join part_list as dx on dx.codelist = e.codelist and dx.list_role = 'diagnosis'
            where e.person_key = i.person_key and dx.score_id = l.score_id and dx.component = l.component
        )
    )
    union all
    select dx.score_id, e.person_key, dx.component, e.happened
    from entry as e join part_list as dx on dx.codelist = e.codelist and dx.list_role = 'diagnosis'
    join part as p on p.score_id = dx.score_id and p.component = dx.component and p.needs = 'both'
    where exists (
        select 1 from issue as i join listed as d on d.code_system = i.code_system and d.code = upper(i.code)
        join part_list as l on l.codelist = d.codelist and l.list_role = 'drug'
        where i.person_key = e.person_key and l.score_id = dx.score_id and l.component = dx.component
            and i.happened > getvariable('as_of') - to_months(p.within_months)
    )
    union all
    select p.score_id, i.person_key, p.component, max(i.happened)
    from issue as i join part as p on p.needs = 'distinct_drugs'
    where i.happened > getvariable('as_of') - to_months(p.within_months)
    group by p.score_id, i.person_key, p.component, p.least_count having count(distinct i.code) >= p.least_count
)
select f.score_id, f.person_key, f.component, p.weight, p.superseded_by, max(f.on_day) as on_day
from found as f join part as p on p.score_id = f.score_id and p.component = f.component
group by all
having any_value(p.first_within_months) is null
    or min(f.on_day) > getvariable('as_of') - to_months(any_value(p.first_within_months));

create or replace temp table wanted_score as
with due as (
    select distinct s.score_id, s.person_key,
        date_part('year', age(coalesce(p.died_on, getvariable('as_of'))::timestamp, p.birth_month::timestamp)) as years
    from read_stay as s join person as p using (person_key)
    union all
    select c.score_id, o.person_key, o.years from on_list as o cross join score as c
    where c.score_id in ('cambridge_multimorbidity_general', 'efi_computed')
),
counting as (
    select a.* from present as a
    where a.weight > 0 and not exists (
        select 1 from present as b
        where b.score_id = a.score_id and b.person_key = a.person_key and b.component = a.superseded_by
    )
),
added as (
    select d.score_id, d.person_key,
        round(ifnull(sum(c.weight * 100)::bigint, 0) / 100 / any_value(s.divided_by), 4) as worth,
        string_agg(c.component, ',' order by c.component) as evidence, max(c.on_day) as evidence_on
    from due as d join score as s using (score_id) left join counting as c using (score_id, person_key)
    where s.min_age is null or d.years >= s.min_age
    group by d.score_id, d.person_key
)
select
    score_id, person_key, worth,
    case
        when score_id = 'hospital_frailty_risk' and worth > 15 then 'high'
        when score_id = 'hospital_frailty_risk' and worth >= 5 then 'intermediate'
        when score_id = 'hospital_frailty_risk' then 'low'
        when score_id <> 'efi_computed' then null
        when worth >= 0.36 then 'severe' when worth >= 0.24 then 'moderate' when worth >= 0.12 then 'mild' else 'fit'
    end as category,
    evidence, evidence_on
from added
union all
select 'efi_coded', person_key, null, kind, kind, happened
from (
    select person_key, happened, case codelist when 'condition_frailty' then 'not_said' else codelist[19:] end as kind
    from entry where codelist like 'condition_frailty%' and codelist not like '%resolved'
)
where person_key in (select person_key from person)
qualify row_number() over (
    partition by person_key
    order by happened desc nulls last, list_position(['severe', 'moderate', 'mild', 'not_said'], kind)
) = 1;
