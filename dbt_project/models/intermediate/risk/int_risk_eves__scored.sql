{%- set attributes = risk_attributes() | reject('equalto', 'n_medicines') | list -%}
with people as (

    select * from {{ ref('int_risk_people__registered') }}
    where is_eve

),

told as (

    select * from {{ ref('int_risk_features__told') }}
    where is_eve

),

models as (

    select * from {{ ref('risk_models') }}
    where variant = 'hospital_gp'

),

weights as (

    select feature, coefficient, cap from {{ ref('risk_coefficients') }} as coefficients
    inner join models
        on coefficients.variant = models.variant and coefficients.model_version = models.model_version
    where coefficients.coefficient != 0

),

-- What happened to people and what they have; nothing is told of most features of most people.
added as (

    select
        told.day_kind,
        told.person_key,
        sum(least(told.amount, weights.cap) * weights.coefficient) as points,
    from told
    inner join weights on told.feature = weights.feature
    group by told.day_kind, told.person_key

),

-- One row, so that nobody is joined with every weight.
own as (

    select
    {%- for attribute in attributes %}
        coalesce(max(coefficient) filter (where feature = '{{ attribute }}'), 0) as per_{{ attribute }},
        coalesce(max(cap) filter (where feature = '{{ attribute }}'), 0) as most_{{ attribute }},
    {%- endfor %}
    from weights

),

described as (

    select
        people.day_kind,
        people.reference_day,
        people.person_key,
        {{ risk_attributes_of('people') }},
    from people

),

summed as (

    select
        described.day_kind,
        described.reference_day,
        described.person_key,
        models.calibration_slope,
        models.calibration_intercept,
        models.intercept + coalesce(added.points, 0)
        {%- for attribute in attributes %}
        + least(described.{{ attribute }}, own.most_{{ attribute }}) * own.per_{{ attribute }}
        {%- endfor %} as points,
    from described
    cross join models
    cross join own
    left join added on described.day_kind = added.day_kind and described.person_key = added.person_key

)

select
    day_kind,
    reference_day,
    person_key,
    {{ risk_score(risk_logit('points')) }} as score,
from summed
