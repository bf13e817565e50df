-- Who got an intervention and may be compared, and whom they may be compared with: variables as_of (last day that the
-- data cover), days (length of the stretch before and of the one after), per_person and most (candidates that are
-- drawn). The table listed has person_key, intervention_id, started_on.
create or replace temp table registered as
-- Stretches of registration without a gap, whichever the practice; ended is the first day after one.
with spells as (
    select
        person_key, start_date as began,
        least(coalesce(end_date, date '9999-12-31'), getvariable('as_of') + 1) as ended
    from core.registration
    where start_date <= getvariable('as_of')
),
marked as (
    select
        *,
        coalesce(began > max(ended) over (
            partition by person_key order by began, ended rows between unbounded preceding and 1 preceding
        ), true) as is_new
    from spells
),
numbered as (
    select *, sum(is_new::integer) over (partition by person_key order by began, ended) as stretch from marked
)
select person_key, min(began) as began, max(ended) as ended from numbered group by person_key, stretch;

create or replace temp table emergency as
select person_key, admitted_on as day from core.hospital_spell
where is_emergency and patient_classification in ('1', '2', '5');

-- The day on which somebody first got any of the interventions: nobody is compared with after it.
create or replace temp table first_start as
select person_key, min(started_on) as started_on from listed group by person_key;

-- The first reason that fits is the one; without a reason a person may be matched.
create or replace temp table treated as
with history as (
    select min(period_start) as begins_on from wsic.metric where period_type = 'month'
)
select
    listed.*,
    registered.ended,
    segments.segment_id,
    case
        when people.person_key is null then 'not in the product'
        when first_start.started_on < listed.started_on then 'in another intervention of the list before'
        when coalesce(listed.started_on - getvariable('days') < history.begins_on, true)
            then 'the data do not go back far enough'
        when registered.person_key is null then 'not registered throughout the stretch before'
        when segments.person_key is null then 'in no segment on the day before'
    end as reason
from listed
cross join history
left join core.person as people on listed.person_key = people.person_key
left join first_start on listed.person_key = first_start.person_key
left join registered
    on
        listed.person_key = registered.person_key
        and registered.began <= listed.started_on - getvariable('days')
        and registered.ended > listed.started_on
left join wsic.population_segment_month as segments
    on
        listed.person_key = segments.person_key
        and segments.scheme_id = 'ten_groups'
        and segments.month = date_trunc('month', listed.started_on) - interval 1 month;

-- Alike on the day before: the segment of the last end of a month, and none, one, or more emergency admissions.
create or replace temp table alike as
with days as (
    select distinct started_on from treated where reason is null
),
wanted as (
    select distinct started_on, segment_id from treated where reason is null
),
there as (
    select
        wanted.started_on,
        segments.person_key,
        segments.segment_id,
        least(registered.ended, coalesce(first_start.started_on, date '9999-12-31')) as ended,
        first_start.started_on as own_start
    from wanted
    inner join wsic.population_segment_month as segments
        on
            wanted.segment_id = segments.segment_id
            and segments.scheme_id = 'ten_groups'
            and segments.month = date_trunc('month', wanted.started_on) - interval 1 month
    inner join registered
        on
            segments.person_key = registered.person_key
            and registered.began <= wanted.started_on - getvariable('days')
            and registered.ended > wanted.started_on
    left join first_start on segments.person_key = first_start.person_key
),
admitted as (
    select days.started_on, emergency.person_key, count(*) as n
    from days
    inner join emergency on emergency.day between days.started_on - getvariable('days') and days.started_on - 1
    group by days.started_on, emergency.person_key
)
select there.*, least(coalesce(admitted.n, 0), 2) as n_admissions
from there
left join admitted on there.started_on = admitted.started_on and there.person_key = admitted.person_key;

create or replace temp table drawn as
with own as (
    select
        treated.intervention_id, treated.started_on, treated.person_key, treated.ended, alike.segment_id,
        alike.n_admissions
    from treated
    inner join alike on treated.started_on = alike.started_on and treated.person_key = alike.person_key
    where treated.reason is null
),
strata as (
    select intervention_id, started_on, segment_id, n_admissions, count(*) as n from own group by all
),
candidates as (
    select
        strata.intervention_id, strata.started_on, alike.person_key, alike.ended, strata.segment_id,
        strata.n_admissions
    from strata
    inner join alike
        on
            strata.started_on = alike.started_on
            and strata.segment_id = alike.segment_id
            and strata.n_admissions = alike.n_admissions
    where coalesce(alike.own_start > strata.started_on, true)
    qualify
        row_number() over (
            partition by strata.intervention_id, strata.started_on, strata.segment_id, strata.n_admissions
            order by md5(alike.person_key || strata.intervention_id || strata.started_on::varchar), alike.person_key
        ) <= least(strata.n * getvariable('per_person'), getvariable('most'))
)
select
    row_number() over (
        order by is_treated desc, intervention_id, started_on, md5(person_key), person_key
    ) - 1 as drawn_id,
    dense_rank() over (order by intervention_id, started_on, segment_id, n_admissions) as stratum,
    *
from (
    select *, true as is_treated from own
    union all
    select *, false as is_treated from candidates
);
