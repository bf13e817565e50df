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

-- A number and a birth date that agree have no score. How often they are another's is what the negative controls
-- say of all that they could try. Two people of one number and birth date cannot differ in age, and a wrong sex is
-- more often miscoded than another person's: such controls are shown, and count for nothing here.
rates as (

    select
        link_step,
        least(sum(conflicts) / sum(conflicts_if_false), 1) as false_share,
    from {{ ref('fct_linkage_control') }}
    where link_step = 'cross_check' and is_pooled and conflicts_if_false > 0
    group by link_step

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
    left join ethnic_groups
        on link_groups.group_type = 'ethnic_category' and link_groups.group_value = ethnic_groups.ethnic_category
    left join areas on link_groups.group_type = 'lsoa_code' and link_groups.group_value = areas.lsoa_code

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
        sum(banded.probability_false) + coalesce(any_value(rates.false_share), 0) * sum(banded.records), 6
    ) as estimated_false,
from banded
left join rates on banded.link_step = rates.link_step
group by all
