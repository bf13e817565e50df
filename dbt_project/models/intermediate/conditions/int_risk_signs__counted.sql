with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

rules as (

    select * from {{ ref('care_rules') }}
    where rule_kind = 'risk'

),

needs as (

    select rule_id, unnest(string_split(condition_ids, ' ')) as condition_id from rules
    where condition_ids is not null

),

conditions as (

    select person_key, condition_id, first_recorded_on from {{ ref('fct_condition') }}
    where is_current

),

segments as (

    select person_key, segment_id from {{ ref('fct_population_segment') }}

),

admissions as (

    select person_key, spell_key, admitted_on from {{ ref('fct_hospital_spell') }}
    where is_emergency

),

attendances as (

    select person_key, start_at::date as attended_on from {{ ref('fct_activity') }}
    where activity_type = 'emergency_attendance' and is_emergency

),

-- A condition without a date is known, and not known to be new.
by_condition as (

    select
        conditions.person_key,
        rules.rule_id,
        min(conditions.first_recorded_on) as since,
    from conditions
    cross join current_run
    inner join needs on conditions.condition_id = needs.condition_id
    inner join rules on needs.rule_id = rules.rule_id
    where
        rules.within_months is null
        or {{ after_period('conditions.first_recorded_on', 'rules') }} > current_run.as_of
    group by conditions.person_key, rules.rule_id

),

admitted as (

    select
        admissions.person_key,
        rules.rule_id,
        rules.n_at_least,
        admissions.admitted_on as happened_on,
        row_number() over (
            partition by admissions.person_key, rules.rule_id order by admissions.admitted_on, admissions.spell_key
        ) as n_of_person,
    from admissions
    cross join current_run
    inner join rules on rules.rule_id in ('frequent_emergency_admissions', 'group_with_admission')
    inner join segments on admissions.person_key = segments.person_key
    where
        {{ after_period('admissions.admitted_on', 'rules') }} > current_run.as_of
        and (rules.words is null or list_contains(string_split(rules.words, '|'), segments.segment_id))

),

-- A day counts once: who is admitted has often attended first.
emergency_days as (

    select person_key, admitted_on as happened_on from admissions
    union
    select person_key, attended_on as happened_on from attendances

),

periods as (

    select
        rules.*,
        current_run.as_of,
        (current_run.as_of - to_months(rules.within_months))::date as recent_from,
        (current_run.as_of - to_months(2 * rules.within_months))::date as before_from,
    from rules
    cross join current_run
    where rules.rule_id = 'rising_emergency_use'

),

recent_days as (

    select
        emergency_days.person_key,
        periods.rule_id,
        periods.n_at_least,
        emergency_days.happened_on,
        emergency_days.happened_on > periods.recent_from as is_recent,
        sum((emergency_days.happened_on > periods.recent_from)::integer) over (
            partition by emergency_days.person_key order by emergency_days.happened_on
        ) as n_of_person,
    from emergency_days
    inner join periods
        on emergency_days.happened_on > periods.before_from and emergency_days.happened_on <= periods.as_of

),

signs as (

    select person_key, rule_id, since from by_condition
    union all
    select person_key, rule_id, min(happened_on) filter (where n_of_person = n_at_least) as since
    from admitted
    group by person_key, rule_id, n_at_least
    having count(*) >= n_at_least
    union all
    select person_key, rule_id, min(happened_on) filter (where is_recent and n_of_person = n_at_least) as since
    from recent_days
    group by person_key, rule_id, n_at_least
    having
        count(*) filter (where is_recent) >= n_at_least
        and count(*) filter (where is_recent) > count(*) filter (where not is_recent)

)

-- Rules of thumb, for as long as no model of the area's own stands: of the signs that a person shows, the gravest gives
-- the band.
select
    signs.person_key,
    if(bool_or(rules.band = 'high'), 'high', 'rising') as risk_band,
    string_agg(signs.rule_id, ', ' order by signs.rule_id) as reasons,
    min(signs.since) as since,
    'care_rules' as risk_method,
from signs
inner join rules on signs.rule_id = rules.rule_id
inner join segments on signs.person_key = segments.person_key
group by signs.person_key
