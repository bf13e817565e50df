{{ config(materialized='table') }}
with held as (

    select * from {{ ref('int_segments__held') }}

),

edges as (

    select distinct
        person_key,
        is_counted,
        scheme_id,
        unnest([start_on, end_on]) as edge_on,
    from held

),

-- Between two neighbouring days on which any rule begins or ceases to fit, the same rules fit.
stretches as (

    select
        person_key,
        is_counted,
        scheme_id,
        edge_on as start_on,
        lead(edge_on) over (partition by person_key, is_counted, scheme_id order by edge_on) as end_on,
    from edges

),

first_that_fits as (

    select
        stretches.*,
        held.is_shown,
        held.segment_order,
        held.evidence_on,
    from stretches
    inner join held
        on
            stretches.person_key = held.person_key
            and stretches.is_counted = held.is_counted
            and stretches.scheme_id = held.scheme_id
            and stretches.start_on >= held.start_on
            and stretches.start_on < held.end_on
    qualify row_number() over (
        partition by stretches.person_key, stretches.is_counted, stretches.scheme_id, stretches.start_on
        order by held.segment_order, held.evidence_on nulls last
    ) = 1

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- Who is known to have died is registered nowhere tonight, whatever day of death was told.
registered as (

    select
        registrations.person_key,
        registrations.start_on,
        least(registrations.end_on, if(people.is_deceased, current_run.as_of, null)) as end_on,
    from {{ ref('int_registrations__cut') }} as registrations
    inner join {{ ref('dim_person') }} as people on registrations.person_key = people.person_key
    cross join current_run

)

select
    first_that_fits.* exclude (start_on, end_on),
    greatest(first_that_fits.start_on, registered.start_on) as start_on,
    least(first_that_fits.end_on, registered.end_on) as end_on,
from first_that_fits
inner join registered
    on
        first_that_fits.person_key = registered.person_key
        and first_that_fits.end_on > registered.start_on
        and first_that_fits.start_on < coalesce(registered.end_on, date '9999-12-31')
