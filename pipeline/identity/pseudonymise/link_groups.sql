-- link_counted: records that the product may count, each with its person described as best as all counted records
-- of the person can. Whoever objected is in no count; a record whose objection could not be checked is counted, or a
-- product without such records would report that everything was linked. Needs record_eligibility, postcode_area and
-- the view patient_row; variable as_of.
create or replace temp table link_counted as
with ethnicity as (
    select
        _source as source,
        _sender as sender,
        coalesce(_record_id, id) as record_id,
        first_code(ukcore(extension, 'EthnicCategory').valueCodeableConcept) as ethnic_category
    from patient_row
    qualify row_number() over (
        partition by _source, _sender, coalesce(_record_id, id) order by _extract_date desc, _file_id, _row desc
    ) = 1
),
counted as (
    select
        r.* exclude (postcode),
        ethnicity.ethnic_category,
        area.lsoa_code,
        area.local_authority_code,
        -- The practice that has the person now knows best, then other practices.
        -- Of equals one by a hash of its key, so that the order of rows plays no part.
        (((r.source = 'gp')::bigint + (r.source = 'gp' and r.is_registered)::bigint) << 60)
            + (hash(r.record_key) >> 4)::bigint as standing
    from vault.record as r
    inner join record_eligibility as e using (source, sender, record_id)
    left join ethnicity using (source, sender, record_id)
    left join postcode_area as area on area.postcode = postcode_folded(r.postcode)
    where e.reason is null or e.reason = 'opt_out_not_checkable'
),
described as (
    select
        person_id,
        max_by(birth_date, standing) filter (birth_date is not null) as birth_date,
        max_by(death_date, standing) filter (death_date is not null) as death_date,
        max_by(gender, standing) filter (gender not in ('unknown')) as sex,
        max_by(ethnic_category, standing) filter (ethnic_category not in ('Z', '99')) as ethnic_category,
        max_by(lsoa_code, standing) filter (lsoa_code is not null) as lsoa_code,
        max_by(local_authority_code, standing) filter (local_authority_code is not null) as local_authority_code,
        -- Now or before: who died or moved away was on a list, and their records are linked to it.
        bool_or(source = 'gp') as was_registered,
        count(*) as cluster_size
    from counted
    group by person_id
)
select
    c.source, c.sender, c.record_id, c.person_id, c.link_step, c.link_confidence, c.nhs_number_outcome,
    c.probability_false, coalesce(c.probability_missed, 0) as probability_missed,
    c.family_name is not null and c.given_name is not null as has_name,
    c.birth_date is not null as has_birth_date,
    c.lsoa_code is not null as has_home,
    c.gender in ('male', 'female', 'other') as has_gender,
    date_diff('month', date_trunc('month', d.birth_date), coalesce(d.death_date, getvariable('as_of'))) // 12
        as age_years,
    d.* exclude (person_id, birth_date, death_date)
from counted as c
inner join described as d using (person_id);

-- One row a source, sender, step and group, in the words of the records; the warehouse makes bands of them.
create or replace temp table link_group as
with person_step as (
    select
        source, sender, link_step, person_id,
        coalesce(any_value(age_years)::varchar, 'unknown') as age_years,
        coalesce(any_value(sex), 'unknown') as sex,
        coalesce(any_value(ethnic_category), 'unknown') as ethnic_category,
        coalesce(any_value(lsoa_code), 'unknown') as lsoa_code,
        coalesce(any_value(local_authority_code), 'unknown') as local_authority_code,
        count(*) as records,
        count(*) filter (was_registered) as records_registered,
        sum(probability_missed) as probability_missed,
        if(count(*) = count(probability_false), sum(probability_false), null) as probability_false
    from link_counted
    group by source, sender, link_step, person_id
)
select
    source, sender, link_step,
    case
        when age_years is not null then 'age_years'
        when sex is not null then 'sex'
        when ethnic_category is not null then 'ethnic_category'
        when lsoa_code is not null then 'lsoa_code'
        when local_authority_code is not null then 'local_authority_code'
        else 'all'
    end as group_type,
    coalesce(age_years, sex, ethnic_category, lsoa_code, local_authority_code, 'all') as group_value,
    sum(records)::bigint as records,
    count(*) as people,
    sum(records_registered)::bigint as records_registered,
    sum(probability_missed)::double as probability_missed,
    -- A sum over some of the records would pass for one over all.
    if(count(*) = count(probability_false), sum(probability_false), null)::double as probability_false
from person_step
group by grouping sets (
    (source, sender, link_step), (source, sender, link_step, age_years), (source, sender, link_step, sex),
    (source, sender, link_step, ethnic_category), (source, sender, link_step, lsoa_code),
    (source, sender, link_step, local_authority_code)
);

-- What one night is compared with another by.
create or replace temp table link_profile as
with confidence as (
    select *, (link_confidence // 10) * 10 as from_confidence from link_counted
),
decided as (
    select left_key, right_key, max_by(verdict, decided_at) as verdict
    from vault.decision
    group by left_key, right_key
),
told as (
    select 'link_step' as profile, source, link_step as value, person_id from link_counted
    union all
    select 'confidence', source, lpad(from_confidence::varchar, 3, '0'), person_id from confidence
    union all
    select
        'cluster_size', source,
        case when cluster_size < 6 then cluster_size::varchar when cluster_size < 11 then '6-10'
            when cluster_size < 21 then '11-20' else '21+' end,
        person_id
    from link_counted
    union all
    select 'number_outcome', source, nhs_number_outcome, person_id from link_counted
    union all
    select 'given', source, 'number', person_id from link_counted where nhs_number_outcome <> 'missing'
    union all
    select 'given', source, 'birth_date', person_id from link_counted where has_birth_date
    union all
    select 'given', source, 'name', person_id from link_counted where has_name
    union all
    select 'given', source, 'home_area', person_id from link_counted where has_home
    union all
    select 'given', source, 'gender', person_id from link_counted where has_gender
    union all
    select 'given', source, 'record', person_id from link_counted
    union all
    select 'decision', c.source, d.verdict, c.person_id
    from decided as d
    inner join link_counted as c on c.source || '|' || c.sender || '|' || c.record_id = d.left_key
)
select profile, source, value, count(*) as records, count(distinct person_id) as people
from told
group by profile, source, value;
