-- pair_partial, pair_alphanumeric and pair_algorithmic -> pair_score: each pair's scores by field, and their mean over the
-- fields that are known. Names are scored as one instance: family, given and, where the record has one, other given name
-- as they stood together; the best of the current and the former instances counts.
-- Source: Person_ID Handbook, algorithmic trace, scoring.
create or replace temp table pair_score as
with pair as (
    select record_key, nhs_number, 'cross_check' as link_step from pair_partial
    union all
    select record_key, nhs_number, 'alphanumeric' from pair_alphanumeric
    union all
    select record_key, nhs_number, 'algorithmic' from pair_algorithmic
),
instance as (
    select nhs_number, {'family_name': family_name, 'given_name': given_name, 'other_given_name': other_given_name} as called
    from person_index
    semi join pair using (nhs_number)
    union
    select nhs_number, unnest(former_names)
    from (select * from person_index where len(former_names) > 0)
    semi join pair using (nhs_number)
),
named as (
    select
        pair.record_key,
        pair.nhs_number,
        pair.link_step,
        score_of_family(r.family_name, i.called.family_name) as family,
        score_of_name(r.given_name, i.called.given_name) as given,
        case when r.other_given_name is not null
            then coalesce(score_of_name(r.other_given_name, i.called.other_given_name), 0.0) end as other_given
    from pair
    inner join untraced_record as r on r.record_key = pair.record_key
    inner join instance as i on i.nhs_number = pair.nhs_number
),
best as (
    select *
    from named
    qualify row_number() over (
        partition by record_key, nhs_number
        order by coalesce(family, 0) + coalesce(given, 0) + coalesce(other_given, 0) desc, family desc, given desc
    ) = 1
),
scored as (
    select
        b.record_key,
        b.nhs_number,
        b.link_step,
        b.family as score_family,
        b.given as score_given,
        b.other_given as score_other_given,
        score_of_birth_date(r.birth_year, r.birth_month, r.birth_day, p.birth_date)::double as score_birth_date,
        score_of_gender(r.gender, p.gender)::double as score_gender,
        score_of_postcode(r.postcode, p.postcode, p.former_postcodes)::double as score_postcode
    from best as b
    inner join untraced_record as r on r.record_key = b.record_key
    inner join person_index as p on p.nhs_number = b.nhs_number
)
select
    *,
    list_avg(list_filter(
        [score_family, score_given, score_other_given, score_birth_date, score_gender, score_postcode],
        lambda score: score is not null)) as score
from scored;
