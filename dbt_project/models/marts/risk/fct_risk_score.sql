with scores as (

    select * from {{ ref('int_risk_scores__worked_out') }}
    {% if var('risk_whole_system') -%}
    union all
    select * from {{ ref('int_whole_system_scores__worked_out') }}
    {%- endif %}

),

presets as (

    select * from {{ ref('risk_presets') }}

),

rising as (

    select * from presets
    where preset_kind = 'rising'

),

before as (

    select person_key, variant, score from scores
    where day_kind = 'before'

),

banded as (

    select * from {{ ref('int_risk_scores__banded') }}
    where day_kind = 'today'
    {% if var('risk_whole_system') -%}
    union all
    select * from {{ ref('int_whole_system_scores__banded') }}
    where day_kind = 'today'
    {%- endif %}

),

placed as (

    select
        banded.*,
        100.0 * (banded.n_people - banded.n_from_top) / banded.n_people as population_percentile,
        before.score as score_before,
    from banded
    left join before on banded.person_key = before.person_key and banded.variant = before.variant

),

thresholds as (

    select
        placed.person_key,
        placed.variant,
        string_agg(presets.preset_id, ', ' order by presets.preset_order) as thresholds_met,
    from placed
    inner join presets
        on
            placed.score >= coalesce(presets.least_score, 0)
            and placed.population_percentile >= coalesce(presets.least_percentile, 0)
            and placed.population_percentile <= coalesce(presets.most_percentile, 100)
    where presets.preset_kind = 'threshold'
    group by placed.person_key, placed.variant

)

select
    placed.person_key,
    placed.reference_day as as_of,
    placed.model_id,
    placed.variant,
    placed.model_version,
    round(placed.score, 2) as score,
    placed.band,
    round(placed.population_percentile, 2) as population_percentile,
    placed.drivers,
    round(placed.score_before, 2) as score_before,
    placed.is_above_low and coalesce(placed.score - placed.score_before >= rising.least_rise, false) as is_rising,
    thresholds.thresholds_met,
from placed
cross join rising
left join thresholds on placed.person_key = thresholds.person_key and placed.variant = thresholds.variant
