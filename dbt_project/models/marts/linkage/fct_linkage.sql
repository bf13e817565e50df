with link_groups as (

    select * from {{ ref('stg_linkage__link_groups') }}

),

ethnic_groups as (

    select * from {{ ref('ethnic_groups') }}
    where ethnic_group != 'Unknown'

),

areas as (

    select * from {{ ref('int_areas__ranked') }}

),

-- What links by rule has no probability. How often such a link is another's is what the negative controls say of all
-- that they could try, where all of these being false would have shown enough contradictions to judge by. Two people of
-- one number and birth date cannot differ in age, and a wrong sex is more often miscoded than another person's: such
-- controls are shown, and count for nothing here.
rates as (

    select
        link_step,
        least(sum(conflicts) / sum(conflicts_if_false), 1) as false_share,
    from {{ ref('fct_linkage_control') }}
    where is_pooled
    group by link_step
    having sum(conflicts_if_false) >= {{ var('contradictions_to_judge_by') }}

),

banded as (

    select
        link_groups.* exclude (group_type, group_value),
        case link_groups.group_type
            when 'age_years' then 'age_band'
            when 'ethnic_category' then 'ethnic_group'
            when 'lsoa_code' then 'imd_quintile'
            when 'local_authority_code' then 'borough'
            else link_groups.group_type
        end as group_type,
        case link_groups.group_type
            when 'age_years' then {{ age_band('try_cast(link_groups.group_value as integer)') }}
            when 'ethnic_category' then coalesce(ethnic_groups.ethnic_group, 'unknown')
            when 'lsoa_code' then coalesce(((areas.imd_decile + 1) // 2)::varchar, 'unknown')
            else link_groups.group_value
        end as group_value,
    from link_groups
    -- A condition on one side alone would make a join a loop over all pairs.
    left join ethnic_groups
        on if(link_groups.group_type = 'ethnic_category', link_groups.group_value, null) = ethnic_groups.ethnic_category
    left join areas on if(link_groups.group_type = 'lsoa_code', link_groups.group_value, null) = areas.lsoa_code

)

select
    banded.run_id,
    banded.source,
    banded.sender,
    banded.link_step,
    banded.group_type,
    banded.group_value,
    sum(banded.records)::bigint as records,
    sum(banded.people)::bigint as people,
    sum(banded.records_registered)::bigint as records_registered,
    round(sum(banded.probability_missed), 6) as estimated_missed,
    round(
        if(
            count(*) = count(banded.probability_false),
            sum(banded.probability_false),
            any_value(rates.false_share) * sum(banded.records)
        ),
        6
    ) as estimated_false,
from banded
left join rates on banded.link_step = rates.link_step
group by all
