{#- All that core.person shows of a person, listed once more: what is measured does not follow what generalises. -#}
{%- set shown = [
    'age_band', 'age_years', 'birth_month', 'death_month', 'ethnic_category', 'ethnic_group', 'imd_decile', 'imd_version',
    'is_deceased', 'is_registered', 'local_authority_code', 'lsoa_code', 'sex',
] -%}
{%- set practice = ['pcn_code', 'practice_code'] -%}
{%- set nothing_shown_level = 9 -%}
with people as (

    select * from {{ ref('dim_generalised_person') }}

),

known as (

    select
        *,
        {{ age_band('age_years') }} as age_band,
        date_trunc('month', died_on)::date as death_month,
    from {{ ref('dim_person') }}

),

current_run as (

    select run_id, as_of, product from {{ ref('stg_ledger__current_run') }}

),

classes_before as (

    select 'before' as stage, count(*) as class_size from known
    group by {{ shown | join(', ') }}

),

-- Of whom nothing more is shown than of everybody there is no class to be alone in.
classes_after as (

    select 'after' as stage, count(*) as class_size from people
    where generalised_level < {{ nothing_shown_level }}
    group by {{ shown | join(', ') }}

),

-- Practice and network are shown of everybody; what they add for whoever knows them is told, and not left out.
classes_known as (

    select 'practice_known' as stage, count(*) as class_size from people
    where generalised_level < {{ nothing_shown_level }}
    group by {{ (shown + practice) | join(', ') }}

),

classes as (

    select * from classes_before
    union all
    select * from classes_after
    union all
    select * from classes_known

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
    if(
        counted.stage = 'practice_known',
        '{{ (shown + practice) | join(', ') }}',
        '{{ shown | join(', ') }}'
    ) as quasi_identifiers,
    {{ var('k_anonymity') }} as k,
    counted.classes,
    counted.smallest_class,
    counted.people,
    counted.people_below,
    generalised.people_generalised,
    current_run.product != 'direct_care' and counted.stage != 'practice_known' as is_enforced,
from counted
cross join current_run
cross join generalised
