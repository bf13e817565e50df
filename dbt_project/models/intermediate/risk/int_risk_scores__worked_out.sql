{%- set features = risk_features() -%}
with features as (

    select * from {{ ref('fct_risk_features') }}
    where day_kind in ('today', 'before', 'recent')

),

models as (

    select * from {{ ref('risk_models') }}
    where variant = 'hospital_gp'

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
    where variant = 'hospital_gp'
    group by model_version

),

points as (

    select
        features.day_kind,
        features.reference_day,
        features.person_key,
        models.model_id,
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
