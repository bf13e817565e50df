{#- What is counted by: each kind of area with each kind of group. Another kind is a line here and a column of
    fct_population_period. -#}
{%- set areas = {'system': none, 'borough': 'local_authority_code', 'pcn': 'pcn_code', 'practice': 'practice_code'} -%}
{%- set groups = {
    'all': none, 'age_band': 'age_band', 'sex': 'sex', 'ethnic_group': 'ethnic_group',
    'imd_quintile': 'imd_quintile', 'segment': 'segment_id', 'risk_band': 'risk_band'
} -%}
{#- Of these nothing is known in some periods: then they have no rows. -#}
{%- set not_always = ['risk_band'] -%}
{%- set columns = (areas.values() | select | list) + (groups.values() | select | list) -%}
with people as (

    select * from {{ ref('int_people__measured') }}

),

-- People whose records change hands at another threshold.
changed as (

    select distinct link_threshold, person_key from {{ ref('int_links__relinked') }}

),

-- The middle threshold counts everybody. The others count the difference to it: those whose records change hands,
-- as they are there, less the same people as they are at the middle one.
weighed as (

    select *, 1 as weight from people
    union all by name
    select
        people.* exclude (link_threshold),
        changed.link_threshold,
        -1 as weight,
    from people
    inner join changed on people.person_key = changed.person_key
    where people.link_threshold = 'middle'

),

-- People alike in everything that is reported on, so that what follows reads few rows.
cells as (

    select
        link_threshold,
        period_id,
        measure,
        {{ columns | join(', ') }},
        sum(weight * amount) as amount,
        sum(weight) as n_contributors,
        max(amount) filter (where weight = 1) as largest_contribution,
    from weighed
    group by all

)

{% for area_type, area_column in areas.items() -%}
{% for group_type, group_column in groups.items() -%}
select
    link_threshold,
    period_id,
    measure,
    '{{ area_type }}' as area_type,
    {{ area_column or "'system'" }} as area_code,
    '{{ group_type }}' as group_type,
    {{ group_column or "'all'" }} as group_value,
    sum(amount)::bigint as amount,
    coalesce(sum(n_contributors), 0)::bigint as n_contributors,
    coalesce(max(largest_contribution), 0)::bigint as largest_contribution,
from cells
{% set needed = ([area_column] if area_column else []) + ([group_column] if group_type in not_always else []) -%}
{% if needed %}where {{ needed | join(' is not null and ') }} is not null
{% endif -%}
group by all
{% if not loop.last %}union all
{% endif -%}
{% endfor -%}
{% if not loop.last %}union all
{% endif -%}
{% endfor %}
