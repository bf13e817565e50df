{#- What core.person shows of a person that somebody may know of them, in the order in which it is left out of those who
    share it with too few: the first step first. Of everybody it is told whether they are registered and have died,
    and their practice, which core.registration and core.activity tell under the same pseudonym anyway. -#}
{%- set steps = [
    ['birth_month'],
    ['lsoa_code', 'ethnic_category'],
    ['age_years'],
    ['imd_decile', 'imd_version'],
    ['death_month'],
    ['ethnic_group'],
    ['local_authority_code'],
    ['age_band'],
    ['sex'],
] -%}
{%- set told_of_everybody = ['is_registered', 'is_deceased'] -%}
{%- set in_its_place = {'sex': "'unknown'", 'ethnic_group': "'Unknown'"} -%}
{%- set left_out = (steps | sum(start=[])) + ['died_on'] -%}
with people as (

    select
        *,
        {{ age_band('age_years') }} as age_band,
        date_trunc('month', died_on)::date as death_month,
    from {{ ref('dim_person') }}

),

current_run as (

    select product from {{ ref('stg_ledger__current_run') }}

),

-- At each level classes are counted among those whom no finer level could hide.
{% for n in range(steps | length) -%}
left_at_{{ n }} as (

    select
        {% if n == 0 %}*{% else %}* exclude (class_size){% endif %},
        count(*) over (partition by {{ (told_of_everybody + (steps[n:] | sum(start=[]))) | join(', ') }}) as class_size,
    from {% if n == 0 %}people{% else %}left_at_{{ n - 1 }}
    where class_size < {{ var('k_anonymity') }}{% endif %}

),

{% endfor -%}
levelled as (

    {% for n in range(steps | length) -%}
    select person_key, {{ n }} as generalised_level from left_at_{{ n }}
    where class_size >= {{ var('k_anonymity') }}
    union all
    {% endfor -%}
    select person_key, {{ steps | length }} as generalised_level from left_at_{{ (steps | length) - 1 }}
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
    decided.* exclude ({{ left_out | join(', ') }}),
    {% for columns in steps -%}{%- set level = loop.index0 -%}{%- for column in columns -%}
    {%- set instead = in_its_place.get(column, 'null') -%}
    if(decided.generalised_level <= {{ level }}, decided.{{ column }}, {{ instead }}) as {{ column }},
    {% endfor -%}{%- endfor -%}
from decided
