{# The sum of a model's points. Features are whole numbers and weights have six digits, so that six digits are the whole
   of it: in whichever order points are added up, people who are alike have one number. #}
{% macro risk_logit(points) -%}
round({{ points }}, 6)
{%- endmacro %}

{# Calibrated chance in per cent of an emergency admission (Platt's scaling). #}
{% macro risk_score(logit) -%}
100 / (1 + exp(-(calibration_slope * {{ logit }} + calibration_intercept)))
{%- endmacro %}

{# Scores of today, three months ago and the newest day whose following year is known, by the model in use of a variant,
   and what drives them; `rows` have every feature of it. No rows where no model of the variant was trained. #}
{% macro risk_scored(rows, variant) -%}
{%- set features = risk_features(variant) -%}
with features as (

    select * from {{ rows }}
    where day_kind in ('today', 'before', 'recent')

),

models as (

    select * from {{ ref('risk_models') }}
    where variant = '{{ variant }}'

),

-- One row, so that each feature meets its number without a join of every person with every feature.
weights as (

    select
        model_version,
        {%- for feature in features %}
        max(coefficient) filter (where feature = '{{ feature }}') as per_{{ feature }},
        max(cap) filter (where feature = '{{ feature }}') as most_{{ feature }},
        {%- endfor %}
    from {{ ref('risk_coefficients') }}
    where variant = '{{ variant }}'
    group by model_version

),

points as (

    select
        features.day_kind,
        features.reference_day,
        features.person_key,
        models.model_id,
        models.variant,
        models.model_version,
        models.intercept,
        models.calibration_slope,
        models.calibration_intercept,
        {%- for feature in features %}
        least(features.{{ feature }}, weights.most_{{ feature }}) * weights.per_{{ feature }} as {{ feature }},
        {%- endfor %}
    from features
    cross join models
    inner join weights on models.model_version = weights.model_version

),

summed as (

    select
        *,
        {{ risk_logit('intercept + ' ~ features | join(' + ')) }} as logit,
    from points

)

-- Drivers: the three features that add most to the logit, none that takes away from it.
select
    day_kind,
    reference_day,
    person_key,
    model_id,
    variant,
    model_version,
    {{ risk_score('logit') }} as score,
    array_to_string(
        list_transform(
            list_filter(
                list_reverse_sort([
                    {%- for feature in features %}
                    struct_pack(points := round({{ feature }}, 6), feature := '{{ feature }}'),
                    {%- endfor %}
                ])[1:3],
                driver -> driver.points > 0
            ),
            driver -> driver.feature
        ),
        ', '
    ) as drivers,
from summed
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
