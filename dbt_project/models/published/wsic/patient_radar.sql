with rules as (

    select * from {{ ref('care_rules') }}
    where rule_kind = 'flag'

),

current_run as (

    select as_of from {{ ref('dim_run') }}
    where is_current

),

people as (

    select person_key, age_years, local_authority_code from {{ ref('dim_person') }}
    where is_registered

),

activities as (

    select * from {{ ref('fct_activity') }}

),

spells as (

    select * from {{ ref('fct_hospital_spell') }}
    where coalesce(patient_classification, '1') = '1'

),

care_packages as (

    select * from {{ ref('fct_care_package') }}

),

medications as (

    select * from {{ ref('fct_medication') }}
    where intent = 'order' and effective_on is not null

),

attended_and_missed as (

    select
        person_key,
        activity_key,
        start_at::date as happened_on,
        start_at::date as happened_from,
        if(is_missed, 'missed_appointments', 'frequent_attender') as flag_id,
    from activities
    where is_missed or (activity_type = 'emergency_attendance' and is_emergency)

),

-- Gone home, or to another place to live: not dead (4, 5), and not to another hospital or a hospice.
discharged as (

    select spells.*
    from spells
    cross join current_run
    where
        spells.discharged_on <= current_run.as_of
        and coalesce(spells.discharge_method, '') not in ('4', '5')
        and coalesce(spells.discharge_destination, '') not in ('49', '50', '51', '52', '53', '79', '87', '88')

),

recently_discharged as (

    select
        person_key,
        spell_key as activity_key,
        discharged_on as happened_on,
        discharged_on as happened_from,
        'recent_discharge' as flag_id,
    from discharged

),

-- Whoever is still in hospital was admitted however long ago; a discharge that is told ahead has not come.
admitted_with_home_care as (

    select distinct
        spells.person_key,
        spells.spell_key as activity_key,
        if(spells.discharged_on <= current_run.as_of, spells.admitted_on, current_run.as_of) as happened_on,
        spells.admitted_on as happened_from,
        rules.rule_id as flag_id,
    from spells
    cross join current_run
    inner join rules on rules.rule_id = 'admitted_with_home_care'
    inner join care_packages on spells.person_key = care_packages.person_key
    where
        list_contains(string_split(rules.words, '|'), care_packages.service_component)
        and spells.admitted_on between care_packages.start_date
        and coalesce(care_packages.end_date, date '9999-12-31')

),

reablement as (

    select distinct discharged.spell_key
    from discharged
    inner join rules on rules.rule_id = 'discharged_without_reablement'
    inner join care_packages on discharged.person_key = care_packages.person_key
    where
        list_contains(string_split(rules.words, '|'), care_packages.service_type)
        and care_packages.start_date <= discharged.discharged_on + rules.days_after
        and (
            care_packages.start_date >= discharged.discharged_on - rules.days_before
            or coalesce(care_packages.end_date, date '9999-12-31') >= discharged.discharged_on
        )

),

cared_for as (

    select
        care_packages.sender,
        people.local_authority_code,
        count(distinct people.person_key) as people,
    from care_packages
    inner join people on care_packages.person_key = people.person_key
    where people.local_authority_code is not null
    group by care_packages.sender, people.local_authority_code

),

shared_out as (

    select
        local_authority_code,
        people / sum(people) over (partition by sender) as share_of_people,
    from cared_for

),

-- A council sends for a borough where at least one in five lives of those that it cares for: of a borough
-- whose own council does not send, others know the few whom they placed there.
sent_for as (

    select distinct local_authority_code from shared_out
    where share_of_people >= 0.2

),

-- Known once the last day is over on which it could have begun; where no council sends for the person's borough,
-- nothing is known.
without_reablement as (

    select
        discharged.person_key,
        discharged.spell_key as activity_key,
        discharged.discharged_on as happened_on,
        (discharged.discharged_on + rules.days_after + 1)::date as happened_from,
        rules.rule_id as flag_id,
    from discharged
    cross join current_run
    inner join rules on rules.rule_id = 'discharged_without_reablement'
    inner join people on discharged.person_key = people.person_key
    inner join sent_for on people.local_authority_code = sent_for.local_authority_code
    left join reablement on discharged.spell_key = reablement.spell_key
    where
        discharged.is_emergency
        and discharged.n_nights > 0
        and people.age_years between coalesce(rules.min_age, 0) and coalesce(rules.max_age, 150)
        and discharged.discharged_on + rules.days_after < current_run.as_of
        and reablement.spell_key is null

),

-- A medicine counts once, from the first time that it was issued in the period.
medicines as (

    select
        medications.person_key,
        null::varchar as activity_key,
        max(medications.effective_on) as happened_on,
        min(medications.effective_on) as happened_from,
        rules.rule_id as flag_id,
    from medications
    cross join current_run
    inner join rules on rules.rule_id = 'polypharmacy'
    where {{ after_period('medications.effective_on', 'rules') }} > current_run.as_of
    group by medications.person_key, medications.code_system, medications.code, rules.rule_id

),

events as (

    select * from attended_and_missed
    union all by name
    select * from recently_discharged
    union all by name
    select * from admitted_with_home_care
    union all by name
    select * from without_reablement
    union all by name
    select * from medicines

),

numbered as (

    select
        events.*,
        rules.n_at_least,
        row_number() over (
            partition by events.person_key, events.flag_id
            order by events.happened_from, events.happened_on, events.activity_key
        ) as n_of_person,
    from events
    cross join current_run
    inner join rules on events.flag_id = rules.rule_id
    where {{ after_period('events.happened_on', 'rules') }} > current_run.as_of

),

counted as (

    select
        person_key,
        flag_id,
        min(happened_from) filter (where n_of_person >= n_at_least) as since,
        max_by(activity_key, n_of_person) as evidence_activity_key,
        count(*) as n_events,
        max(happened_on) as last_event_on,
    from numbered
    group by person_key, flag_id, n_at_least
    having count(*) >= n_at_least

),

gp_contacts as (

    select
        person_key,
        max(start_at::date) as last_on,
        max_by(activity_key, (start_at, activity_key)) as activity_key,
    from activities
    where setting = 'primary_care' and is_attended
    group by person_key

),

-- What the warehouse holds of contacts has to reach back as far as the rule asks.
told as (

    select min(start_at::date) as first_on from activities
    where setting = 'primary_care' and is_attended

),

registrations as (

    select person_key, max(start_on) as registered_on from {{ ref('fct_registration') }}
    group by person_key

),

long_term as (

    select person_key, min(first_recorded_on) as first_recorded_on from {{ ref('fct_condition') }}
    where is_current and is_long_term
    group by person_key

),

uncontacted as (

    select
        long_term.person_key,
        rules.rule_id as flag_id,
        greatest(
            {{ after_period('coalesce(gp_contacts.last_on, registrations.registered_on)', 'rules') }},
            long_term.first_recorded_on
        ) as since,
        gp_contacts.activity_key as evidence_activity_key,
        0 as n_events,
        gp_contacts.last_on as last_event_on,
    from long_term
    cross join current_run
    cross join told
    inner join rules on rules.rule_id = 'no_gp_contact'
    inner join registrations on long_term.person_key = registrations.person_key
    left join gp_contacts on long_term.person_key = gp_contacts.person_key
    where
        {{ after_period('told.first_on', 'rules') }} <= current_run.as_of
        and {{ after_period('coalesce(gp_contacts.last_on, registrations.registered_on)', 'rules') }}
        <= current_run.as_of

),

flagged as (

    select * from counted
    union all by name
    select * from uncontacted

)

select
    flagged.person_key,
    flagged.flag_id,
    rules.rule_name as flag_name,
    flagged.since,
    flagged.evidence_activity_key,
    flagged.n_events,
    flagged.last_event_on,
    rules.n_at_least,
from flagged
inner join people on flagged.person_key = people.person_key
inner join rules on flagged.flag_id = rules.rule_id
