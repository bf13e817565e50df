with scores as (

    select * from {{ ref('clinical_scores') }}

),

people as (

    select * from {{ ref('dim_person') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- Who was in hospital within the lookback; who is registered, for what is told by code lists.
due as (

    select distinct score_id, person_key from {{ ref('int_score_stays__chosen') }}
    union all
    select
        scores.score_id,
        people.person_key,
    from people
    cross join scores
    where people.is_registered and scores.lookback_months is null and scores.score_id != 'efi_coded'

),

weighed as (

    select
        due.score_id,
        due.person_key,
        coalesce(sum(found.weight), 0)::double as total,
        null::varchar as coded_category,
        string_agg(found.component, ',' order by found.component) as evidence,
        max(found.found_on) as evidence_on,
        count(found.component)::integer as n_components,
    from due
    left join {{ ref('int_score_components__found') }} as found
        on due.score_id = found.score_id and due.person_key = found.person_key
    group by due.score_id, due.person_key
    union all by name
    select
        'efi_coded' as score_id,
        person_key,
        score_value as total,
        if(is_category, component, null) as coded_category,
        component as evidence,
        dated_on as evidence_on,
        1 as n_components,
    from {{ ref('int_frailty__coded') }}

),

categorised as (

    select
        weighed.score_id,
        weighed.person_key,
        max_by(categories.category, categories.category_order) as category,
    from weighed
    inner join scores on weighed.score_id = scores.score_id
    inner join {{ ref('clinical_score_categories') }} as categories
        on
            weighed.score_id = categories.score_id
            and if(
                categories.includes_least,
                weighed.total >= (categories.least_value * scores.divided_by)::double,
                weighed.total > (categories.least_value * scores.divided_by)::double
            )
    group by weighed.score_id, weighed.person_key

),

told as (

    select
        score_id,
        count(*)::integer as n_in_all,
        count(*) filter (where is_told)::integer as n_told,
        'no code list: ' || string_agg(component, ', ' order by component) filter (where not is_told) as note,
    from {{ ref('int_score_components__told') }}
    group by score_id

)

select
    weighed.person_key,
    current_run.as_of,
    weighed.score_id,
    scores.score_version,
    round(weighed.total / scores.divided_by, 4) as score_value,
    coalesce(weighed.coded_category, categorised.category) as category,
    weighed.evidence,
    weighed.evidence_on,
    weighed.n_components,
    told.n_told as n_components_told,
    told.n_in_all as n_components_in_all,
    told.note,
from weighed
inner join people on weighed.person_key = people.person_key
inner join scores on weighed.score_id = scores.score_id
inner join told on weighed.score_id = told.score_id
cross join current_run
left join categorised on weighed.score_id = categorised.score_id and weighed.person_key = categorised.person_key
where scores.min_age is null or people.age_years >= scores.min_age
