with services as (

    select
        episodes_of_care_key as care_package_key,
        person_key,
        source,
        sender,
        coalesce(organisation_code, sender) as provider_code,
        service_type,
        service_component,
        delivery_mechanism,
        start_on as start_date,
        end_on as end_date,
        client_type,
        primary_support_reason,
        event_outcome,
        nullif(abs(unit_cost_gbp), 0) as unit_cost_gbp,
        nullif(abs(planned_units_per_week), 0) as planned_units_per_week,
        regexp_replace(lower(cost_frequency), '[^a-z0-9]', '', 'g') as cost_frequency,
        source_file_id,
        source_row,
    from {{ ref('int_episodes_of_care__unioned') }}
    where
        source = 'social_care'
        and episode_type = 'social_care_service'
        and coalesce(status, '') != 'entered-in-error'

),

frequencies as (

    select * from {{ ref('care_cost_frequencies') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- The frequency is trusted before the planned units; a one-off has no weekly cost.
weekly as (

    select
        services.*,
        if(
            coalesce(frequencies.is_one_off, false),
            null,
            services.unit_cost_gbp * coalesce(frequencies.units_per_week, services.planned_units_per_week)
        ) as weekly_cost_gbp,
        if(frequencies.is_one_off, services.unit_cost_gbp, null) as one_off_cost_gbp,
        {{ days_between(
            'services.start_date',
            'least(coalesce(services.end_date, current_run.as_of), current_run.as_of)'
        ) }} + 1 as n_days_so_far,
    from services
    cross join current_run
    left join frequencies on services.cost_frequency = frequencies.cost_frequency
    where services.start_date <= current_run.as_of

)

-- A service that ends before it begins costs we do not know what.
select
    *,
    coalesce(one_off_cost_gbp, if(n_days_so_far > 0, weekly_cost_gbp * n_days_so_far / 7, null)) as cost_gbp,
from weekly
