-- chosen_patient, with its registration, the forms of its names and its current number -> identity_record.
-- Needs the macros of nhs_number.sql and record_hash.sql, the tables name_form, name_of_several, postcode_form,
-- former_form, nickname_of_gender, gp_registration and current_number, and the variable allow_synthetic_numbers.
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
        p.postcode,
        p.outcode,
        coalesce(r.practice_code, c.practice_code) as practice_of_record,
        c.source = 'gp' and coalesce(r.is_current, c.practice_code is not null) as is_registered,
        r.started_on as registered_on,
        c.given_sent in (select name_sent from name_of_several) or c.family_sent in (select name_sent from name_of_several)
            as is_of_several_said,
        w.former_names as former_names_said,
        w.families,
        w.givens,
        w.postcodes
    from chosen_patient as c
    left join current_number as n on n.old_number = c.nhs_number
    left join name_form as f on f.name_sent = c.family_sent
    left join name_form as g on g.name_sent = c.given_sent
    left join name_form as o on o.name_sent = c.other_given_sent
    left join postcode_form as p on p.postcode_sent = c.postcode_sent
    left join nickname_of_gender as k on k.nickname = g.name_folded and k.gender is not distinct from c.gender
    left join former_form as w on w.source = c.source and w.sender = c.sender and w.record_id = c.record_id
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
        coalesce(former_names_said, []) as former_names,
        list_filter(coalesce(families, []), lambda f: f is distinct from family_folded) as former_family_names,
        list_filter(coalesce(givens, []), lambda g: g is distinct from given_folded) as former_given_names,
        list_filter(coalesce(postcodes, []), lambda p: p is distinct from postcode) as former_postcodes
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
    coalesce(is_of_several_said, false) as is_of_several_born,
    former_names,
    former_family_names,
    former_given_names,
    gender,
    postcode,
    outcode,
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
        is_registered, registered_on, death_date, is_restricted, is_test, coalesce(is_of_several_said, false)
    ) as content_hash
from formed;
