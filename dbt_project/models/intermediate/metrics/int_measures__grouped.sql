{%- set areas = {'system': none, 'borough': 'local_authority_code', 'pcn': 'pcn_code', 'practice': 'practice_code'} -%}
{%- set groups = {
    'all': none, 'age_band': 'age_band', 'sex': 'sex', 'ethnic_group': 'ethnic_group',
    'imd_quintile': 'imd_quintile', 'segment': 'segment_id'
} -%}
{#- What one person adds to each measure. -#}
{%- set measures = {
    'people': '1', 'people_65_plus': 'is_65_plus', 'emergency_admissions': 'emergency_admissions',
    'emergency_admissions_65_plus': 'emergency_admissions * is_65_plus', 'bed_days': 'bed_days',
    'emergency_attendances': 'emergency_attendances',
    'long_term_social_care_65_plus': 'long_term_social_care * is_65_plus'
} -%}
with population as (

    select * from {{ ref('fct_population_period') }}

),

events as (

    select * from {{ ref('int_metric_events__counted') }}

),

-- People whose records change hands at another threshold.
changed as (

    select distinct link_threshold, person_key from {{ ref('int_links__relinked') }}

),

people as (

    select
        population.*,
        coalesce(population.age_years >= 65, false)::integer as is_65_plus,
        coalesce(events.emergency_admissions, 0) as emergency_admissions,
        coalesce(events.bed_days, 0) as bed_days,
        coalesce(events.emergency_attendances, 0) as emergency_attendances,
        coalesce(events.long_term_social_care, 0) as long_term_social_care,
    from population
    left join events
        on
            population.period_id = events.period_id
            and population.link_threshold = events.link_threshold
            and population.linked_key = events.linked_key

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

-- People alike in everything that is reported on, so that the grouping sets read few rows.
cells as (

    select
        link_threshold, period_id, practice_code, pcn_code, local_authority_code,
        age_band, sex, ethnic_group, imd_quintile, segment_id,
        {% for measure, added in measures.items() -%}
        sum(weight * {{ added }}) as {{ measure }},
        sum(weight) filter (where {{ added }} > 0) as {{ measure }}_contributors,
        max({{ added }}) filter (where weight = 1) as {{ measure }}_largest,
        {% endfor -%}
    from weighed
    group by all

)

{% for area_type, area_column in areas.items() -%}
{% for group_type, group_column in groups.items() -%}
select
    link_threshold,
    period_id,
    '{{ area_type }}' as area_type,
    {{ area_column or "'system'" }} as area_code,
    '{{ group_type }}' as group_type,
    {{ group_column or "'all'" }} as group_value,
    {% for measure in measures -%}
    sum({{ measure }})::bigint as {{ measure }},
    coalesce(sum({{ measure }}_contributors), 0)::bigint as {{ measure }}_contributors,
    coalesce(max({{ measure }}_largest), 0)::bigint as {{ measure }}_largest,
    {% endfor -%}
from cells
{% if area_column %}where {{ area_column }} is not null
{% endif -%}
group by all
{% if not loop.last %}union all
{% endif -%}
{% endfor -%}
{% if not loop.last %}union all
{% endif -%}
{% endfor %}
