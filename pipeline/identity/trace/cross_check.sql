-- record_to_trace, person_index and refused_number -> crossed: records whose number and whole birth date are those of the index, and
-- untraced_record: what is left for the dearer steps. Source: Person_ID Handbook, cross-check trace.
create or replace temp table crossed as
select
    r.record_key,
    if(r.source = 'gp' and not r.is_superseded_number, 'registered', 'cross_check') as link_step,
    p.nhs_number as matched_number,
    if(p.is_restricted, '92', if(r.is_superseded_number, '90', '00')) as code
from record_to_trace as r
inner join person_index as p on p.nhs_number = r.traceable_number and p.birth_date = r.birth_date
where r.record_key not in (select record_key from refused_number);

create or replace temp table untraced_record as
select
    r.*,
    r.nhs_number_outcome = 'valid_traced'
        or coalesce(r.nhs_number_outcome = 'superseded' and r.nhs_number_status = '01', false) as has_verified_number,
    -- Which steps the record has enough for, and so whether it could have been found at all.
    r.traceable_number is not null and r.birth_date is not null as can_cross_check,
    r.family_folded is not null and r.birth_year is not null and r.gender is not null as can_alphanumeric,
    r.birth_date is not null and r.gender is not null and r.postcode is not null as can_algorithmic
from record_to_trace as r
anti join crossed as c on c.record_key = r.record_key;
