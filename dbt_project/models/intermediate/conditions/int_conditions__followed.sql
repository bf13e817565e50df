with recorded as (

    select * from {{ ref('int_conditions__recorded') }}

),

conditions as (

    select condition_id, is_long_term, is_lifelong from {{ ref('conditions') }}

),

-- What no day is told of has been known all along: it tells of no change.
by_day as (

    select
        person_key,
        condition_id,
        coalesce(known_on, date '0001-01-01') as known_on,
        min(recorded_on) as first_recorded_on,
        max(recorded_on) filter (where not is_resolution) as diagnosed_on,
        max(recorded_on) filter (where is_resolution) as resolved_on,
        bool_or(not is_resolution) as is_diagnosed,
    from recorded
    group by person_key, condition_id, coalesce(known_on, date '0001-01-01')

),

-- All that was known by each day, as fct_condition sums up what is known by the night.
known as (

    select
        person_key,
        condition_id,
        known_on,
        min(first_recorded_on) over until_then as first_recorded_on,
        max(diagnosed_on) over until_then as diagnosed_on,
        max(resolved_on) over until_then as resolved_on,
        bool_or(is_diagnosed) over until_then as is_diagnosed,
        lead(known_on, 1, date '9999-12-31') over (
            partition by person_key, condition_id order by known_on
        ) as known_until,
    from by_day
    window until_then as (partition by person_key, condition_id order by known_on rows unbounded preceding)

)

select
    known.person_key,
    known.condition_id,
    conditions.is_long_term,
    known.known_on as start_on,
    known.known_until as end_on,
    known.first_recorded_on,
    known.diagnosed_on as latest_diagnosed_on,
from known
inner join conditions on known.condition_id = conditions.condition_id
where {{ is_standing('conditions.is_lifelong', 'known.is_diagnosed', 'known.diagnosed_on', 'known.resolved_on') }}
