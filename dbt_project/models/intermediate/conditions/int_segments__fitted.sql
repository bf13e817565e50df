with people as (

    select person_key, age_years from {{ ref('dim_person') }}
    where is_registered

),

segments as (

    select * from {{ ref('population_segments') }}

),

current_conditions as (

    select person_key, condition_id, is_long_term, first_recorded_on
    from {{ ref('fct_condition') }}
    where is_current

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- What a person has, in the words of the segment table: single conditions, 'any_long_term', 'anything'.
needs as (

    select person_key, condition_id as need, first_recorded_on from current_conditions
    union all
    select person_key, 'any_long_term' as need, min(first_recorded_on) as first_recorded_on
    from current_conditions
    where is_long_term
    group by person_key
    union all
    select person_key, 'anything' as need, null as first_recorded_on from people

)

select
    people.person_key,
    current_run.as_of,
    segments.segment_order,
    segments.segment_id,
    segments.segment_name,
    segments.need,
    needs.first_recorded_on,
from people
cross join current_run
inner join needs on people.person_key = needs.person_key
inner join segments
    on
        needs.need = segments.need
        and coalesce(people.age_years, 16) between segments.min_age and segments.max_age
        and (
            segments.within_years is null
            or needs.first_recorded_on > current_run.as_of - to_years(segments.within_years)
        )
qualify row_number() over (partition by people.person_key order by segments.segment_order) = 1
