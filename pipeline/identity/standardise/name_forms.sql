-- chosen_patient -> name_form: every name as it was sent, once, with its forms. Millions of records share some
-- hundred thousand names, so each is cleaned and folded once and joined.
create or replace temp table name_form as
with sent as (
    select family_sent as name_sent from chosen_patient
    union
    select given_sent from chosen_patient
    union
    select other_given_sent from chosen_patient
),
cleaned as (
    select name_sent, name_cleaned(name_sent) as name_cleaned from sent where name_sent is not null
),
named as (
    select name_sent, name_cleaned from cleaned
    where letters_only(name_cleaned) is not null and not is_placeholder(name_cleaned) and name_sent not ilike 'n/a'
)
select name_sent, name_cleaned as name, letters_only(name_cleaned) as name_folded from named;
