with fitted as (

    select * from {{ ref('int_segments__fitted') }}
    where is_counted and scheme_id = 'ten_groups'

),

rules as (

    select scheme_id, segment_order, segment_id from {{ ref('int_segment_rules__versioned') }}

)

select
    fitted.person_key,
    fitted.start_on,
    rules.segment_id,
from fitted
inner join rules on fitted.scheme_id = rules.scheme_id and fitted.segment_order = rules.segment_order
qualify rules.segment_id is distinct from lag(rules.segment_id) over (
    partition by fitted.person_key order by fitted.start_on
)
