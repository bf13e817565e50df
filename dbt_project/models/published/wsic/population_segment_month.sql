-- In the order of people and months, so that a person's keys lie beside each other and take little room: stretches are
-- sorted, not their months, of which there are many times more.
with spells as (

    select * from {{ ref('fct_segment_spell') }}
    where is_shown and first_month_end is not null
    order by person_key, scheme_id, first_month_end

),

months as (

    select
        *,
        unnest(generate_series(date_trunc('month', first_month_end), last_month_end, interval 1 month)) as month_start,
    from spells

),

named as (

    select
        person_key,
        scheme_id,
        month_start::date as month,
        segment_id,
        rule_version,
        reason,
        previous_segment_id,
        date_trunc('month', previous_until)::date as previous_until_month,
        evidence_on,
        not is_counted as is_age_of_night,
    from months

)

select * from named
