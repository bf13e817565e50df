{{ config(materialized='table') }}
with bounds as (

    select * from {{ ref('int_segment_days__bounded') }}

),

rules as (

    select * from {{ ref('population_segments') }}

),

lives as (

    select * from {{ ref('int_segment_lives__dated') }}

),

spans as (

    select * from {{ ref('int_segment_needs__spanned') }}

),

needed as (

    select
        spans.person_key,
        rules.scheme_id,
        rules.segment_order,
        rules.min_age,
        rules.max_age,
        spans.start_on,
        spans.end_on,
        rules.within_years,
        rules.within_days,
        if(rules.counted_from = 'latest', spans.latest_on, spans.first_on) as counted_on,
        coalesce(spans.evidence_on, if(rules.counted_from = 'latest', spans.latest_on, spans.first_on)) as evidence_on,
    from spans
    inner join rules on spans.need = rules.need

),

-- A rule that counts from a day fits nobody of whom the day is not known.
limited as (

    select
        person_key,
        scheme_id,
        segment_order,
        min_age,
        max_age,
        start_on,
        least(
            end_on,
            if(within_years is null, null, {{ years_after('counted_on', 'within_years') }}),
            if(within_days is null, null, counted_on + within_days)
        ) as end_on,
        evidence_on,
    from needed
    where counted_on is not null or (within_years is null and within_days is null)
    union all
    select
        lives.person_key,
        rules.scheme_id,
        rules.segment_order,
        rules.min_age,
        rules.max_age,
        null as start_on,
        null as end_on,
        null as evidence_on,
    from lives
    cross join rules
    where rules.need = 'anything' and lives.is_counted

),

-- greatest and least pass over what is null.
aged as (

    select
        limited.person_key,
        lives.is_counted,
        lives.is_shown,
        limited.scheme_id,
        limited.segment_order,
        limited.evidence_on,
        greatest(
            if(lives.is_counted, bounds.first_counted_day, bounds.first_day),
            limited.start_on,
            if(limited.min_age > 0, (lives.birth_month + to_years(limited.min_age))::date, null)
        ) as start_on,
        least(
            bounds.as_of + 1,
            limited.end_on,
            (lives.birth_month + to_years(limited.max_age + 1))::date
        ) as end_on,
    from limited
    cross join bounds
    inner join lives on limited.person_key = lives.person_key
    where coalesce(lives.fixed_age, limited.min_age) between limited.min_age and limited.max_age

)

select * from aged
where start_on < end_on
