with stretch as (

    select first_day, last_day from {{ ref('int_use_windows__listed') }}
    where window_id = 'complete_months'

),

periods as (

    select periods.period_id, stretch.first_day, stretch.last_day
    from {{ ref('int_periods__listed') }} as periods
    inner join stretch on periods.period_end = stretch.last_day
    where periods.period_type = 'month'

),

-- Registered on the last day, as wsic.metric counts people.
people as (

    select population.*
    from {{ ref('fct_population_period') }} as population
    inner join periods on population.period_id = periods.period_id
    where population.link_threshold = 'middle' and population.is_registered

),

-- The score of the evening before the first day: nothing that happened in the period is in it.
bands as (

    select banded.person_key, banded.band, banded.model_id, banded.model_version, models.trained_on
    from {{ ref('int_risk_scores__banded') }} as banded
    cross join stretch
    inner join {{ ref('risk_models') }} as models
        on banded.model_id = models.model_id and banded.model_version = models.model_version
    where banded.day_kind = 'recent' and banded.reference_day = stretch.first_day - 1

),

uses as (

    select * from {{ ref('fct_resource_use') }}
    where window_id = 'complete_months'

),

settings as (

    select unnest({{ var('settings_of_care') }}) as setting

),

placed as (

    select
        {{ areas_of('people') }},
        people.person_key,
        coalesce(bands.band, 'unknown') as risk_band,
        bands.model_id,
        bands.model_version,
        bands.trained_on as model_trained_on,
    from people
    left join bands on people.person_key = bands.person_key

),

counted as (

    select
        area_type,
        area_code,
        risk_band,
        any_value(model_id) as model_id,
        any_value(model_version) as model_version,
        any_value(model_trained_on) as model_trained_on,
        count(*) as people,
    from placed
    group by area_type, area_code, risk_band

),

scoped_uses as (

    select
        person_key,
        setting,
        is_used,
        n_contacts,
        n_emergency_attendances,
        n_emergency_admissions,
        n_bed_days,
        n_uncosted,
        cost_gbp,
        proxy_cost_gbp,
    from uses
    union all
    select
        person_key,
        'all' as setting,
        bool_or(is_used) as is_used,
        sum(n_contacts) as n_contacts,
        sum(n_emergency_attendances) as n_emergency_attendances,
        sum(n_emergency_admissions) as n_emergency_admissions,
        sum(n_bed_days) as n_bed_days,
        sum(n_uncosted) as n_uncosted,
        sum(cost_gbp) as cost_gbp,
        sum(proxy_cost_gbp) as proxy_cost_gbp,
    from uses
    group by person_key

),

used as (

    select
        placed.area_type,
        placed.area_code,
        placed.risk_band,
        scoped_uses.setting,
        count(*) filter (where scoped_uses.is_used) as people_using,
        sum(scoped_uses.n_contacts)::bigint as n_contacts,
        sum(scoped_uses.n_emergency_attendances)::bigint as n_emergency_attendances,
        sum(scoped_uses.n_emergency_admissions)::bigint as n_emergency_admissions,
        sum(scoped_uses.n_bed_days)::bigint as n_bed_days,
        sum(scoped_uses.n_uncosted)::bigint as n_uncosted,
        sum(scoped_uses.cost_gbp) as cost_gbp,
        sum(scoped_uses.proxy_cost_gbp) as proxy_cost_gbp,
    from placed
    inner join scoped_uses on placed.person_key = scoped_uses.person_key
    group by placed.area_type, placed.area_code, placed.risk_band, scoped_uses.setting

),

scopes as (

    select setting from settings
    union all
    select 'all' as setting

)

select
    stretch.first_day as period_start,
    stretch.last_day as period_end,
    counted.*,
    scopes.setting,
    coalesce(used.people_using, 0) as people_using,
    coalesce(used.n_contacts, 0) as n_contacts,
    coalesce(used.n_emergency_attendances, 0) as n_emergency_attendances,
    coalesce(used.n_emergency_admissions, 0) as n_emergency_admissions,
    coalesce(used.n_bed_days, 0) as n_bed_days,
    coalesce(used.n_uncosted, 0) as n_uncosted,
    coalesce(used.cost_gbp, 0) as cost_gbp,
    coalesce(used.proxy_cost_gbp, 0) as proxy_cost_gbp,
    sum(counted.people) over (partition by counted.area_type, counted.area_code, scopes.setting) as area_people,
    sum(coalesce(used.cost_gbp, 0)) over (partition by counted.area_type, counted.area_code, scopes.setting)
        as area_cost_gbp,
from counted
cross join stretch
cross join scopes
left join used
    on
        counted.area_type = used.area_type
        and counted.area_code = used.area_code
        and counted.risk_band = used.risk_band
        and scopes.setting = used.setting
