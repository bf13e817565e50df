with population as (

    select * from {{ ref('fct_population_period') }}

),

events as (

    select * from {{ ref('int_metric_events__counted') }}

),

measures as (

    select measure, min_age, is_of_the_dead from {{ ref('measures') }}

),

-- Whoever is counted counts for one in the measures of people.
counted as (

    select
        *,
        1 as amount,
        unnest(if(
            is_registered, if(coalesce(age_years >= 65, false), ['people', 'people_65_plus'], ['people']), ['deaths']
        )) as measure,
    from population

),

happened as (

    select
        population.*,
        events.amount,
        events.measure,
    from events
    inner join measures on events.measure = measures.measure
    inner join population
        on
            events.period_id = population.period_id
            and events.link_threshold = population.link_threshold
            and events.linked_key = population.linked_key
            and measures.is_of_the_dead != population.is_registered
    where measures.min_age = 0 or population.age_years >= measures.min_age

)

select * from counted
union all by name
select * from happened
