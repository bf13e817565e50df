with all_contradicted as (

    select * from {{ ref('int_stays__contradicted') }}
    union all
    select * from {{ ref('int_lives__contradicted') }}
    union all
    select * from {{ ref('int_events__contradicted') }}
    union all
    select * from {{ ref('int_registrations__contradicted') }}

),

-- A sum of fractions differs in its last digits by the order of its rows, and a night must equal itself.
contradicted as (

    select
        * exclude (conflicts_if_false),
        round(conflicts_if_false, 6) as conflicts_if_false,
    from all_contradicted

),

controls as (

    select * from {{ ref('linkage_controls') }}

),

current_run as (

    select run_id from {{ ref('stg_ledger__current_run') }}

)

-- The upper bound is the Poisson one at 95 per cent, by the square root that makes its variance even.
select
    current_run.run_id,
    contradicted.control_id,
    controls.meaning,
    controls.is_pooled,
    contradicted.link_step,
    contradicted.links_tried,
    contradicted.conflicts,
    contradicted.conflicts_if_false,
    if(
        contradicted.conflicts_if_false > 0,
        least(contradicted.conflicts / contradicted.conflicts_if_false, 1),
        null
    ) as false_share,
    if(
        contradicted.conflicts_if_false > 0,
        least(power(sqrt(contradicted.conflicts + 1) + 0.98, 2) / contradicted.conflicts_if_false, 1),
        null
    ) as false_share_high,
from contradicted
inner join controls on contradicted.control_id = controls.control_id
cross join current_run
