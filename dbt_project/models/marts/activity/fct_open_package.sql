with care_packages as (

    select * from {{ ref('fct_care_package') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

)

-- What a person receives from adult social care on the night's date.
select
    care_packages.person_key,
    string_agg(distinct care_packages.service_type, '; ' order by care_packages.service_type) as care_package,
    sum(care_packages.weekly_cost_gbp) as weekly_care_cost_gbp,
from care_packages
cross join current_run
where coalesce(care_packages.end_date, current_run.as_of) >= current_run.as_of
group by care_packages.person_key
