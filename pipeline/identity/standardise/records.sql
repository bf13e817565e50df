-- chosen_patient, with its registration, the forms of its names and its current number -> identity_record.
-- Needs the macros of names.sql, postcodes.sql, nhs_number.sql and record_hash.sql, the tables name_form, nickname,
-- gp_registration and current_number, and the variable allow_synthetic_numbers.
create or replace temp table identity_record as
with joined as (
    select
        c.*,
        nhs_number_outcome(
            c.nhs_number, c.nhs_number_status, getvariable('allow_synthetic_numbers'), n.old_number is not null
        ) as nhs_number_outcome,
        n.old_number is not null as has_old_number,
        n.current_number,
        f.name as family_name,
        g.name as given_name,
        o.name as other_given_name,
        f.name_folded as family_folded,
        g.name_folded as given_folded,
        coalesce(k.root, g.name_folded) as given_root,
        postcode_of(c.postcode_sent) as postcode,
        coalesce(r.practice_code, c.practice_code) as practice_of_record,
        c.source = 'gp' and coalesce(r.is_current, c.practice_code is not null) as is_registered,
        r.started_on as registered_on
    from chosen_patient as c
    left join current_number as n on n.old_number = c.nhs_number
    left join name_form as f on f.name_sent = c.family_sent
    left join name_form as g on g.name_sent = c.given_sent
    left join name_form as o on o.name_sent = c.other_given_sent
    left join nickname_of_gender as k on k.nickname = g.name_folded and k.gender is not distinct from c.gender
    left join gp_registration as r on r.source = c.source and r.sender = c.sender and r.record_id = c.record_id
),
formed as (
    select
        *,
        nhs_number_outcome = 'superseded' as is_superseded_number,
        case
            when nhs_number_outcome in ('valid_untraced', 'valid_traced') then nhs_number
            when nhs_number_outcome = 'superseded' then current_number
        end as traceable_number,
        case when former_names_sent is not null then list_filter(
            list_distinct(list_transform(former_names_sent, lambda n: {
                'family_name': name_given(n.family), 'given_name': name_given(n.given[1])})),
            lambda n: coalesce(n.family_name, n.given_name) is not null) else [] end as former_names,
        case when former_postcodes_sent is not null then list_sort(list_distinct(list_filter(
            list_transform(former_postcodes_sent, lambda p: postcode_of(p)),
            lambda p: p is not null and p is distinct from postcode))) else [] end as former_postcodes
    from joined
)
select
    source || '|' || sender || '|' || record_id as record_key,
    source,
    sender,
    record_id,
    nhs_number,
    nhs_number_outcome,
    nhs_number_status,
    traceable_number,
    is_superseded_number,
    birth_date,
    birth_year,
    birth_month,
    birth_day,
    family_name,
    given_name,
    other_given_name,
    family_folded,
    given_folded,
    given_root,
    former_names,
    if(len(former_names) = 0, [], list_sort(list_distinct(list_filter(
        list_transform(former_names, lambda n: letters_only(n.family_name)),
        lambda n: n is distinct from family_folded and n is not null)))) as former_family_names,
    if(len(former_names) = 0, [], list_sort(list_distinct(list_filter(
        list_transform(former_names, lambda n: letters_only(n.given_name)),
        lambda n: n is distinct from given_folded and n is not null)))) as former_given_names,
    gender,
    postcode,
    outcode_of(postcode) as outcode,
    former_postcodes,
    -- Where the record itself says that the person is registered; a GP record says it by an episode of care.
    practice_of_record as practice_code,
    is_registered,
    registered_on,
    death_date,
    is_restricted,
    is_test,
    file_id,
    file_row,
    record_hash(
        nhs_number, nhs_number_outcome, nhs_number_status, traceable_number, birth_date, birth_year, birth_month, birth_day,
        family_name, given_name, other_given_name, former_names, gender, postcode, former_postcodes, practice_of_record,
        is_registered, registered_on, death_date, is_restricted, is_test
    ) as content_hash
from formed;
