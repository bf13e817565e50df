with spells as (

    select * from {{ ref('int_hospital_spells__classified') }}

),

stays as (

    select * from {{ ref('int_inpatient_stays__followed') }}

),

contacts as (

    select * from {{ ref('fct_activity') }}
    where activity_type in ('emergency_attendance', 'outpatient_attendance')

),

linked_contacts as (

    {{ at_each_threshold('contacts') }}

),

services as (

    select * from {{ ref('fct_care_package') }}

),

linked_services as (

    {{ at_each_threshold('services') }}

),

deaths as (

    select distinct link_threshold, linked_key, died_on from {{ ref('int_registrations__linked') }}
    where died_on is not null

),

spell_events as (

    select
        link_threshold,
        linked_key,
        is_emergency_admission and is_chronic_acsc and not is_from_hospital as is_chronic,
        is_emergency_admission and is_acute_acsc and not is_from_hospital as is_acute,
        coalesce(patient_classification = '1', false) as is_ordinary,
        unnest([
            { 'measure': 'emergency_admissions', 'counted_on': admitted_on, 'amount': is_emergency_admission::bigint },
            {
                'measure': 'emergency_admissions_65_plus', 'counted_on': admitted_on,
                'amount': is_emergency_admission::bigint
            },
            { 'measure': 'avoidable_chronic_admissions', 'counted_on': admitted_on, 'amount': is_chronic::bigint },
            { 'measure': 'avoidable_acute_admissions', 'counted_on': admitted_on, 'amount': is_acute::bigint },
            {
                'measure': 'falls_admissions_65_plus', 'counted_on': admitted_on,
                'amount': (is_emergency and is_ordinary and is_injured_by_fall)::bigint
            },
            { 'measure': 'bed_days', 'counted_on': discharged_on, 'amount': if(is_ordinary, n_nights, 0) },
            {
                'measure': 'emergency_bed_days', 'counted_on': discharged_on,
                'amount': if(is_ordinary and is_emergency, n_nights, 0)
            },
            {
                'measure': 'adult_discharges', 'counted_on': discharged_on,
                'amount': (is_ordinary and not has_died)::bigint
            },
            {
                'measure': 'adult_discharges_home', 'counted_on': discharged_on,
                'amount': (is_ordinary and not has_died and discharge_destination = '19')::bigint
            },
            {
                'measure': 'discharges_with_ready_date', 'counted_on': discharged_on,
                'amount': (not has_died and discharge_ready_on is not null)::bigint
            },
            {
                'measure': 'discharge_delay_days', 'counted_on': discharged_on,
                'amount': if(
                    has_died, 0, greatest({{ days_between('discharge_ready_on', 'discharged_on') }}, 0)
                )
            }
        ]) as told,
    from spells

),

stay_events as (

    select
        link_threshold,
        linked_key,
        unnest([
            { 'measure': 'stays_followed', 'counted_on': discharged_on, 'amount': 1 },
            { 'measure': 'stays_readmitted', 'counted_on': discharged_on, 'amount': is_readmitted::bigint }
        ]) as told,
    from stays
    where is_followed_for_readmission and not has_died

),

contact_events as (

    select
        link_threshold,
        linked_key,
        coalesce(
            activity_type = 'emergency_attendance'
            and department_type in ('01', '02', '03')
            and attendance_category = '1',
            false
        ) as is_counted,
        is_counted and coalesce(has_both_times and start_at is not null and end_at is not null, false) as is_timed,
        activity_type = 'outpatient_attendance' as is_outpatient,
        unnest([
            { 'measure': 'emergency_attendances', 'counted_on': start_at::date, 'amount': is_counted::bigint },
            { 'measure': 'emergency_attendances_timed', 'counted_on': start_at::date, 'amount': is_timed::bigint },
            {
                'measure': 'emergency_attendances_over_4_hours',
                'counted_on': start_at::date,
                'amount': (is_timed and end_at > start_at + interval 240 minute)::bigint
            },
            {
                'measure': 'outpatient_appointments',
                'counted_on': start_at::date,
                'amount': (is_outpatient and coalesce(attended_code in ('3', '5', '6', '7'), false))::bigint
            },
            {
                'measure': 'outpatient_appointments_missed',
                'counted_on': start_at::date,
                'amount': (is_outpatient and coalesce(attended_code in ('3', '7'), false))::bigint
            }
        ]) as told,
    from linked_contacts

),

-- The first care home of a life: later ones are moves.
care_homes as (

    select
        link_threshold,
        linked_key,
        'care_home_admissions_65_plus' as measure,
        min(start_date) as counted_on,
        1 as amount,
    from linked_services
    where
        service_type in ('Long Term Support: Nursing Care', 'Long Term Support: Residential Care')
        and coalesce(service_component, '') not ilike '%short term%'
    group by link_threshold, linked_key

),

last_admissions as (

    select
        deaths.link_threshold,
        deaths.linked_key,
        'deaths_after_three_admissions' as measure,
        deaths.died_on as counted_on,
        1 as amount,
    from deaths
    inner join spells
        on
            deaths.link_threshold = spells.link_threshold
            and deaths.linked_key = spells.linked_key
            and {{ days_between('spells.admitted_on', 'deaths.died_on') }} between 0 and 90
    where spells.is_emergency_admission
    group by deaths.link_threshold, deaths.linked_key, deaths.died_on
    having count(*) >= 3

),

told_events as (

    select link_threshold, linked_key, told from spell_events
    union all
    select link_threshold, linked_key, told from stay_events
    union all
    select link_threshold, linked_key, told from contact_events

),

events as (

    select
        link_threshold,
        linked_key,
        struct_extract(told, 'measure') as measure,
        struct_extract(told, 'counted_on') as counted_on,
        struct_extract(told, 'amount') as amount,
    from told_events
    union all by name
    select * from care_homes
    union all by name
    select * from last_admissions

)

select link_threshold, linked_key, measure, counted_on, amount from events
where amount > 0 and counted_on is not null
