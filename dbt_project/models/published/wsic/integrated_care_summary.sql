{%- set degrees = ['frailty', 'frailty_mild', 'frailty_moderate', 'frailty_severe'] -%}
{%- set settings = ['primary_care', 'acute', 'community', 'mental_health', 'social_care'] -%}
with people as (

    select * from {{ ref('dim_person') }}

),

care_years as (

    select * from {{ ref('fct_care_year') }}

),

conditions as (

    select * from {{ ref('fct_condition') }}
    where is_current

),

segments as (

    select * from {{ ref('fct_population_segment') }}

),

open_packages as (

    select * from {{ ref('fct_open_package') }}

),

-- The variant that reads general practice and hospitals alone: lists and costs by band go by it too.
risks as (

    select
        scores.person_key,
        scores.score,
        scores.band,
        models.trained_on,
    from {{ ref('fct_risk_score') }} as scores
    inner join {{ ref('risk_models') }} as models
        on scores.model_id = models.model_id and scores.variant = models.variant
    where scores.variant = 'hospital_gp'

),

by_setting as (

    select
        person_key,
        {% for setting in settings -%}
        max(n_contacts) filter (where setting = '{{ setting }}') as n_{{ setting }}_contacts,
        max(cost_gbp) filter (where setting = '{{ setting }}') as {{ setting }}_cost_gbp,
        max(last_contact_on) filter (where setting = '{{ setting }}') as last_{{ setting }}_contact_on,
        {% endfor -%}
        max(n_bed_days) filter (where setting = 'acute') as n_acute_bed_days,
        max(n_bed_days) filter (where setting = 'mental_health') as n_mental_health_bed_days,
        max(n_emergency_attendances) as n_emergency_attendances,
        max(n_emergency_admissions) as n_emergency_admissions,
    from care_years
    group by person_key

),

has as (

    select
        person_key,
        count(*) filter (where is_long_term) as n_long_term_conditions,
        string_agg(condition_id, ',' order by condition_id) filter (where is_long_term) as conditions,
        -- Of one day the graver; an entry without a day gives way to any other.
        max_by(
            condition_id,
            (
                coalesce(latest_recorded_on, date '1900-01-01'),
                list_position({{ degrees }}, condition_id)
            )
        ) filter (where starts_with(condition_id, 'frailty')) as frailty,
    from conditions
    group by person_key

),

-- Deficits that no list tells leave the index too low: who seems fit may not be.
computed as (

    select
        person_key,
        if(category = 'fit', 'not_frail', 'frailty_' || category) as frailty,
    from {{ ref('fct_clinical_score') }}
    where score_id = 'efi_computed' and (category != 'fit' or n_components_told = n_components_in_all)

)

select
    people.person_key,
    {% for setting in settings -%}
    coalesce(by_setting.n_{{ setting }}_contacts, 0) as n_{{ setting }}_contacts,
    {% endfor -%}
    coalesce(by_setting.n_emergency_attendances, 0) as n_emergency_attendances,
    coalesce(by_setting.n_emergency_admissions, 0) as n_emergency_admissions,
    coalesce(by_setting.n_acute_bed_days, 0) as n_acute_bed_days,
    coalesce(by_setting.n_mental_health_bed_days, 0) as n_mental_health_bed_days,
    {% for setting in settings -%}
    round(by_setting.{{ setting }}_cost_gbp, 2)::double as {{ setting }}_cost_gbp,
    {% endfor -%}
    coalesce(has.n_long_term_conditions, 0) as n_long_term_conditions,
    has.conditions,
    segments.segment_id,
    risks.score as risk_score,
    risks.band as risk_band,
    risks.trained_on as risk_model_trained_on,
    coalesce(has.frailty, computed.frailty) as frailty,
    case
        when has.frailty is not null then 'coded'
        when computed.frailty is not null then 'computed'
    end as frailty_source,
    open_packages.care_package,
    round(open_packages.weekly_care_cost_gbp, 2) as weekly_care_cost_gbp,
    {% for setting in settings -%}
    by_setting.last_{{ setting }}_contact_on,
    {% endfor -%}
from people
left join by_setting on people.person_key = by_setting.person_key
left join has on people.person_key = has.person_key
left join computed on people.person_key = computed.person_key
left join segments on people.person_key = segments.person_key
left join risks on people.person_key = risks.person_key
left join open_packages on people.person_key = open_packages.person_key
