with current_run as (

    select as_of from {{ ref('dim_run') }}
    where is_current

),

people as (

    select person_key, practice_code from {{ ref('dim_person') }}
    where is_registered

),

risk_bands as (

    select * from {{ ref('fct_risk_band') }}

),

plans as (

    select coded_care.person_key
    from {{ ref('fct_coded_care') }} as coded_care
    cross join current_run
    inner join {{ ref('care_rules') }} as rules on coded_care.codelist = rules.codelist
    where
        rules.rule_kind = 'care_plan'
        and (
            coalesce(rules.within_months, rules.within_days) is null
            or {{ after_period('coded_care.last_recorded_on', 'rules') }} > current_run.as_of
        )

)

select
    people.practice_code,
    date_trunc('month', current_run.as_of)::date as "month",
    risk_bands.person_key,
    risk_bands.risk_band,
    risk_bands.reasons,
    risk_bands.since,
    risk_bands.risk_method,
from risk_bands
cross join current_run
inner join people on risk_bands.person_key = people.person_key
where risk_bands.person_key not in (select plans.person_key from plans)
