{{ config(materialized='view') }}
{#- Between segments of ages that do not meet only a birthday lies: in secondary_use it is not told when, as the night
    would tell the month of birth (docs/gates.md, "Who stands out"). -#}
{%- set moved_by_age -%}
tonight.product != 'direct_care' and coalesce(standing.segment_id || ' ' || tonight.segment_id in (
                select younger.segment_id || ' ' || older.segment_id as moved
                from {{ ref('population_segments') }} as younger
                inner join {{ ref('population_segments') }} as older on younger.max_age < older.min_age
            ), false)
{%- endset -%}
{{ history_of(
    'population_segment',
    key=['person_key'],
    columns=[
        'segment_id', 'segment_name', 'rule_version', 'reason',
    ],
    undated=moved_by_age,
) }}
