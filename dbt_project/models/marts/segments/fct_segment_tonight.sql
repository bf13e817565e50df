with spells as (

    select * from {{ ref('fct_segment_spell') }}
    where is_shown

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

select
    spells.person_key,
    spells.scheme_id,
    current_run.as_of,
    spells.segment_id,
    spells.segment_name,
    spells.rule_version,
    spells.reason || coalesce(', first recorded ' || strftime(spells.evidence_on, '%Y-%m'), '') as reason,
    spells.evidence_on,
    spells.previous_segment_id,
    spells.previous_until,
from spells
inner join current_run on spells.start_on <= current_run.as_of and spells.end_on > current_run.as_of
