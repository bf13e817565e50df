{# The sum of a model's points. Features are whole numbers and weights have six digits, so that six digits are the whole
   of it: in whichever order points are added up, people who are alike have one number. #}
{% macro risk_logit(points) -%}
round({{ points }}, 6)
{%- endmacro %}

{# Calibrated chance in per cent of an emergency admission (Platt's scaling). #}
{% macro risk_score(logit) -%}
100 / (1 + exp(-(calibration_slope * {{ logit }} + calibration_intercept)))
{%- endmacro %}

{# Scores with the band of each: shares of the people registered on the day, rounded up to whole ones; of equal scores
   by key. The first band that is reached counts. #}
{% macro risk_banded(scores) -%}
with scores as (

    select * from {{ scores }}

),

-- One row, so that nobody is joined with every band.
bands as (

    select list({ 'preset_id': preset_id, 'top_share': top_share } order by preset_order) as in_order
    from {{ ref('risk_presets') }}
    where preset_kind = 'band'

),

ranked as (

    select
        *,
        row_number() over (partition by day_kind order by score desc, person_key asc) as n_from_top,
        count(*) over (partition by day_kind) as n_people,
    from scores

),

reached as (

    select
        ranked.*,
        list_filter(
            bands.in_order,
            band -> ranked.n_from_top <= ceil(round(ranked.n_people * band.top_share, 6)) -- 0.05 of 140 is 7, not 8
        ) as in_reach,
    from ranked
    cross join bands

)

select
    * exclude (in_reach),
    in_reach[1].preset_id as band,
    len(list_filter(in_reach, band -> band.top_share < 1)) > 0 as is_above_low,
from reached
where len(in_reach) > 0
{%- endmacro %}
