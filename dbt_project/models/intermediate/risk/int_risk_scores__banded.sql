with scores as (

    select * from {{ ref('int_risk_scores__worked_out') }}

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

-- Shares are of the people registered on the day, rounded up to whole ones; the first band that is reached counts.
reached as (

    select
        ranked.*,
        list_filter(bands.in_order, band -> ranked.n_from_top <= ceil(ranked.n_people * band.top_share)) as in_reach,
    from ranked
    cross join bands

)

select
    * exclude (in_reach),
    in_reach[1].preset_id as band,
    len(list_filter(in_reach, band -> band.top_share < 1)) > 0 as is_above_low,
from reached
where len(in_reach) > 0
