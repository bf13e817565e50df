{#- From fine to coarse: what a person may still show where fewer than k others share it. What is left out is null. -#}
{%- set levels = [
    ['birth_month', 'age_years', 'age_band', 'sex', 'lsoa_code', 'local_authority_code', 'ethnic_category', 'ethnic_group'],
    ['age_years', 'age_band', 'sex', 'lsoa_code', 'local_authority_code', 'ethnic_category', 'ethnic_group'],
    ['age_years', 'age_band', 'sex', 'local_authority_code', 'ethnic_group'],
    ['age_band', 'sex', 'local_authority_code', 'ethnic_group'],
    ['age_band', 'sex', 'local_authority_code'],
    ['age_band', 'sex'],
    ['sex'],
] -%}
{#- The coarsest level that still shows each, and what stands in its place beyond it. -#}
{%- set shown = {
    'birth_month': [0, 'null'], 'age_years': [2, 'null'], 'age_band': [5, 'null'], 'sex': [6, "'unknown'"],
    'lsoa_code': [1, 'null'], 'local_authority_code': [4, 'null'], 'ethnic_category': [1, 'null'],
    'ethnic_group': [3, "'Unknown'"]
} -%}
with people as (

    select
        *,
        {{ age_band('age_years') }} as age_band,
    from {{ ref('dim_person') }}

),

current_run as (

    select product from {{ ref('stg_ledger__current_run') }}

),

-- At each level classes are counted among those whom no finer level could hide.
{% for keys in levels -%}
left_at_{{ loop.index0 }} as (

    select
        {% if loop.first %}*{% else %}* exclude (class_size){% endif %},
        count(*) over (partition by {{ keys | join(', ') }}) as class_size,
    from {% if loop.first %}people{% else %}left_at_{{ loop.index0 - 1 }}
    where class_size < {{ var('k_anonymity') }}{% endif %}

),

{% endfor -%}
levelled as (

    {% for keys in levels -%}
    select person_key, {{ loop.index0 }} as generalised_level from left_at_{{ loop.index0 }}
    where class_size >= {{ var('k_anonymity') }}
    union all
    {% endfor -%}
    select person_key, {{ levels | length }} as generalised_level from left_at_{{ levels | length - 1 }}
    where class_size < {{ var('k_anonymity') }}

),

-- Who cares for a person knows them: direct_care is measured, and left as it is.
decided as (

    select
        people.*,
        if(current_run.product = 'direct_care', 0, levelled.generalised_level) as generalised_level,
    from people
    cross join current_run
    inner join levelled on people.person_key = levelled.person_key

)

select
    decided.* exclude ({{ shown | join(', ') }}),
    {% for column, (coarsest, instead) in shown.items() -%}
    if(decided.generalised_level <= {{ coarsest }}, decided.{{ column }}, {{ instead }}) as {{ column }},
    {% endfor -%}
from decided
