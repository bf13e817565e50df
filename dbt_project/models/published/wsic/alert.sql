with runs as (

    select * from {{ ref('dim_run') }}

),

tonight as (

    select as_of from runs
    where is_current

),

earlier as (

    select max(runs.as_of) as as_of
    from runs
    cross join tonight
    where runs.outcome = 'published' and runs.as_of < tonight.as_of

),

-- Without an earlier night that was published, one day.
nights as (

    select
        tonight.as_of,
        coalesce(earlier.as_of, tonight.as_of - 1)::date as last_as_of,
    from tonight
    cross join earlier

),

rules as (

    select * from {{ ref('care_rules') }}
    where rule_kind = 'alert'

),

people as (

    select person_key from {{ ref('dim_person') }}
    where not is_deceased

),

-- Files that came since the last night.
new_files as (

    select files.file_id
    from {{ ref('dim_file') }} as files
    cross join nights
    inner join runs on files.run_id = runs.run_id
    where runs.as_of > nights.last_as_of

),

care_packages as (

    select
        *,
        regexp_replace(lower(coalesce(service_component, service_type)), '[^a-z0-9]+', '_', 'g') as care_service,
        starts_with(service_type, 'Short Term Support: ST-Max') as is_reablement,
        coalesce(service_component = 'Telecare', false) as is_telecare,
    from {{ ref('fct_care_package') }}
    where service_type not like 'Carer Support%'

),

happened as (

    select
        activity_key,
        person_key,
        provider_code,
        source_file_id,
        start_at as "at",
        if(activity_type = 'emergency_attendance', 'attended_emergency_department', 'admitted') as alert_id,
        is_emergency,
    from {{ ref('fct_activity') }}
    where activity_type in ('emergency_attendance', 'inpatient_spell', 'mental_health_spell')
    union all by name
    select
        spells.spell_key as activity_key,
        spells.person_key,
        spells.provider_code,
        spells.source_file_id,
        spells.discharge_ready_on::timestamp as "at",
        'ready_for_discharge' as alert_id,
        spells.is_emergency,
    from {{ ref('fct_hospital_spell') }} as spells
    cross join nights
    where
        spells.discharge_ready_on is not null
        and coalesce(spells.discharged_on > nights.as_of, true)

),

-- What happened since the last night, and what had happened just before and was told since.
new_events as (

    select happened.*
    from happened
    cross join nights
    inner join rules on happened.alert_id = rules.rule_id
    inner join people on happened.person_key = people.person_key
    left join new_files on happened.source_file_id = new_files.file_id
    where
        happened."at"::date <= nights.as_of
        and (
            happened."at"::date > nights.last_as_of
            or (
                new_files.file_id is not null
                and {{ after_period('happened."at"::date', 'rules') }} > nights.last_as_of
            )
        )

),

-- Every service that the person has or had, as it stood on the day.
with_care as (

    select
        new_events.*,
        care_packages.sender as council_code,
        care_packages.care_service,
        care_packages.start_date,
        care_packages.end_date,
        care_packages.is_reablement,
        care_packages.is_telecare,
        care_packages.primary_support_reason,
        coalesce(care_packages.end_date, date '9999-12-31') >= new_events."at"::date as is_open,
    from new_events
    inner join care_packages on new_events.person_key = care_packages.person_key
    where care_packages.start_date <= new_events."at"::date

),

told as (

    select
        activity_key,
        person_key,
        provider_code,
        "at",
        alert_id,
        is_emergency,
        string_agg(distinct care_service, '; ' order by care_service) filter (where is_open) as care_services,
        min(start_date) filter (where is_open) as care_since,
        bool_or(is_reablement) filter (where is_open) as is_receiving_reablement,
        bool_or(is_telecare) filter (where is_open) as is_receiving_telecare,
        string_agg(distinct care_service, '; ' order by care_service) filter (where not is_open)
            as earlier_services,
        max(if(is_open, "at"::date, end_date)) filter (where is_reablement) as last_reablement_on,
        max_by(primary_support_reason, (start_date, primary_support_reason)) filter (where is_open)
            as primary_support_reason,
    from with_care
    group by activity_key, person_key, provider_code, "at", alert_id, is_emergency
    having bool_or(is_open)

),

councils as (

    select distinct activity_key, alert_id, council_code from with_care
    where is_open

),

-- To the ward, and the other way to each council that provides.
sent as (

    select
        told.*,
        told.provider_code as recipient_org_code,
        'provider' as recipient_type,
    from told
    union all by name
    select
        told.*,
        councils.council_code as recipient_org_code,
        'council' as recipient_type,
    from told
    inner join councils on told.activity_key = councils.activity_key and told.alert_id = councils.alert_id

)

select
    person_key,
    "at",
    alert_id,
    recipient_org_code,
    recipient_type,
    activity_key as evidence_activity_key,
    provider_code,
    is_emergency,
    care_services,
    care_since,
    is_receiving_reablement,
    is_receiving_telecare,
    earlier_services,
    last_reablement_on,
    primary_support_reason,
from sent
