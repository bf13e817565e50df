with metrics as (

    select * from {{ ref('metrics') }}

),

measures as (

    select * from {{ ref('fct_measure') }}

),

coverages as (

    select * from {{ ref('fct_metric_coverage') }}

),

divided as (

    select
        metrics.metric_id,
        metrics.metric_version,
        denominators.period_start,
        denominators.period_end,
        denominators.area_type,
        denominators.area_code,
        denominators.group_type,
        denominators.group_value,
        numerators.amount as numerator,
        denominators.amount as denominator,
        numerators.amount * metrics.scale / nullif(denominators.amount, 0)::double as value,
        numerators.amount_strict * metrics.scale / nullif(denominators.amount_strict, 0)::double as value_strict,
        numerators.amount_loose * metrics.scale / nullif(denominators.amount_loose, 0)::double as value_loose,
        metrics.unit,
        denominators.period_type,
        metrics.numerator_measure,
        metrics.denominator_measure,
        numerators.n_contributors as n_numerator_people,
        numerators.largest_contribution as numerator_largest,
        denominators.n_contributors as n_denominator_people,
        denominators.largest_contribution as denominator_largest,
    from metrics
    inner join measures as denominators on metrics.denominator_measure = denominators.measure
    inner join measures as numerators
        on
            metrics.numerator_measure = numerators.measure
            and denominators.period_type = numerators.period_type
            and denominators.period_start = numerators.period_start
            and denominators.area_type = numerators.area_type
            and denominators.area_code = numerators.area_code
            and denominators.group_type = numerators.group_type
            and denominators.group_value = numerators.group_value

)

select
    divided.metric_id,
    divided.metric_version,
    divided.period_type,
    divided.period_start,
    divided.period_end,
    divided.area_type,
    divided.area_code,
    divided.group_type,
    divided.group_value,
    divided.numerator,
    divided.denominator,
    divided.value,
    divided.unit,
    if(divided.value is null, null, least(divided.value, divided.value_strict, divided.value_loose)) as value_low,
    if(divided.value is null, null, greatest(divided.value, divided.value_strict, divided.value_loose)) as value_high,
    coalesce(coverages.coverage, wholes.coverage, 'missing') as coverage,
    divided.numerator_measure,
    divided.denominator_measure,
    divided.n_numerator_people,
    divided.numerator_largest,
    divided.n_denominator_people,
    divided.denominator_largest,
from divided
left join coverages
    on
        divided.metric_id = coverages.metric_id
        and divided.period_type = coverages.period_type
        and divided.period_start = coverages.period_start
        and divided.area_type = coverages.area_type
        and divided.area_code = coverages.area_code
-- Of an area that nobody is registered in tonight (a practice that closed) nobody knows who sends: all do, then.
left join coverages as wholes
    on
        divided.metric_id = wholes.metric_id
        and divided.period_type = wholes.period_type
        and divided.period_start = wholes.period_start
        and wholes.area_type = 'system'
