with current_run as (

    select as_of from {{ ref('dim_run') }}
    where is_current

),

rules as (

    select
        care_rules.*,
        current_run.as_of,
        {{ season_start('current_run.as_of', 'care_rules') }} as season_start,
    from {{ ref('care_rules') }} as care_rules
    cross join current_run
    where care_rules.rule_kind = 'measure' and {{ is_in_season('current_run.as_of', 'care_rules') }}

),

needs as (

    select rule_id, unnest(string_split(condition_ids, ' ')) as condition_id from rules
    where codelist is not null and condition_ids is not null

),

-- A day that a birthday gives would tell the month of birth: it comes from what the product shows of it.
people as (

    select
        known.person_key,
        known.age_years,
        shown.birth_month,
    from {{ ref('dim_person') }} as known
    inner join {{ ref('dim_generalised_person') }} as shown on known.person_key = shown.person_key
    where known.is_registered

),

conditions as (

    select person_key, condition_id, first_recorded_on from {{ ref('fct_condition') }}
    where is_current

),

coded_care as (

    select * from {{ ref('fct_coded_care') }}

),

in_need as (

    select
        conditions.person_key,
        needs.rule_id,
        min(conditions.first_recorded_on) as needed_since,
        string_agg(conditions.condition_id, ',' order by conditions.condition_id) as because,
    from conditions
    inner join needs on conditions.condition_id = needs.condition_id
    group by conditions.person_key, needs.rule_id
    union all
    select
        people.person_key,
        rules.rule_id,
        null::date as needed_since,
        'age' as because,
    from people
    cross join rules
    where rules.codelist is not null and rules.condition_ids is null and people.age_years is not null

),

-- Of whom the age is not known only the condition decides.
asked as (

    select
        in_need.person_key,
        in_need.because,
        greatest(
            in_need.needed_since,
            (people.birth_month + to_years(rules.min_age))::date
        ) as needed_since,
        rules.rule_id,
        rules.part_of,
        rules.codelist,
        rules.as_of,
        rules.season_start,
        rules.within_months,
        rules.within_days,
    from in_need
    inner join rules on in_need.rule_id = rules.rule_id
    inner join people on in_need.person_key = people.person_key
    where coalesce(people.age_years between coalesce(rules.min_age, 0) and coalesce(rules.max_age, 150), true)

),

looked_up as (

    select
        asked.*,
        coded_care.last_recorded_on,
        coded_care.last_activity_key,
        if(
            asked.season_start is null,
            {{ after_period('coded_care.last_recorded_on', 'asked') }},
            asked.season_start
        ) as due_on,
    from asked
    left join coded_care on asked.codelist = coded_care.codelist and asked.person_key = coded_care.person_key

),

judged as (

    select
        person_key,
        rule_id,
        part_of,
        because,
        last_recorded_on,
        last_activity_key,
        coalesce(if(season_start is null, due_on > as_of, last_recorded_on >= season_start), false) as is_done,
        greatest(due_on, needed_since) as missed_since,
    from looked_up

),

measured as (

    select
        person_key,
        rule_id,
        part_of,
        because,
        is_done,
        last_recorded_on as last_done_on,
        if(is_done, null, missed_since) as due_since,
        last_activity_key as evidence_activity_key,
        1 as n_parts,
        is_done::integer as n_parts_done,
    from judged

),

-- A whole was done when that of its parts was which was done longest ago; it lacks since the first of them does.
wholes as (

    select
        person_key,
        part_of as rule_id,
        null::varchar as part_of,
        min(because) as because,
        bool_and(is_done) as is_done,
        if(count(last_done_on) = count(*), min(last_done_on), null) as last_done_on,
        min(due_since) as due_since,
        null::varchar as evidence_activity_key,
        count(*) as n_parts,
        sum(n_parts_done) as n_parts_done,
    from measured
    where part_of is not null
    group by person_key, part_of

),

listed as (

    select * from measured
    union all by name
    select * from wholes

)

select
    listed.person_key,
    listed.rule_id as measure_id,
    rules.rule_name as measure_name,
    listed.part_of as part_of_measure_id,
    listed.because,
    listed.is_done,
    listed.last_done_on,
    listed.due_since,
    listed.evidence_activity_key,
    listed.n_parts::bigint as n_parts,
    listed.n_parts_done::bigint as n_parts_done,
from listed
inner join rules on listed.rule_id = rules.rule_id
