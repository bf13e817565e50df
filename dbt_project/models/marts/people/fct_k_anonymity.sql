with people as (

    select * from {{ ref('dim_generalised_person') }}

),

known as (

    select
        person_key, birth_month, age_years, sex, lsoa_code, ethnic_category,
    from {{ ref('dim_person') }}

),

current_run as (

    select run_id, as_of, product from {{ ref('stg_ledger__current_run') }}

),

classes_before as (

    select 'before' as stage, count(*) as class_size from known
    group by age_years, sex, lsoa_code, ethnic_category

),

-- Of whom nothing is shown there is no class to be alone in.
classes_after as (

    select 'after' as stage, count(*) as class_size from people
    where generalised_level < 7
    group by birth_month, age_years, age_band, sex, lsoa_code, local_authority_code, ethnic_category, ethnic_group

),

classes as (

    select * from classes_before
    union all
    select * from classes_after

),

counted as (

    select
        stage,
        count(*) as classes,
        min(class_size) as smallest_class,
        coalesce(sum(class_size), 0)::bigint as people,
        coalesce(sum(class_size) filter (where class_size < {{ var('k_anonymity') }}), 0)::bigint as people_below,
    from classes
    group by stage

),

generalised as (

    select count(*) filter (where generalised_level > 0) as people_generalised from people

)

select
    current_run.run_id,
    current_run.as_of,
    'core.person' as table_name,
    counted.stage,
    'age, sex, LSOA, ethnic category' as quasi_identifiers,
    {{ var('k_anonymity') }} as k,
    counted.classes,
    counted.smallest_class,
    counted.people,
    counted.people_below,
    generalised.people_generalised,
    current_run.product != 'direct_care' as is_enforced,
from counted
cross join current_run
cross join generalised
