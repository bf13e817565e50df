-- patient_row (fhir/Patient) -> chosen_patient: one row a (source, sender, record id), the latest that was received,
-- with the elements that linking reads. Needs the macros of demographics.sql.
-- Ids that came more than once are few: only they are put in order.
create or replace temp table patient_id_sent_again as
select _source, _sender, coalesce(_record_id, id) as record_id
from patient_row
group by all
having count(*) > 1;
create or replace temp table patient_row_superseded as
select p._source, p._sender, coalesce(p._record_id, p.id) as record_id, p._file_id, p._row, p.id
from patient_row as p
inner join patient_id_sent_again as a
    on a._source = p._source and a._sender = p._sender and a.record_id = coalesce(p._record_id, p.id)
qualify row_number() over (
    partition by p._source, p._sender, a.record_id order by p._extract_date desc, p._file_id, p._row desc, p.id
) > 1;
create or replace temp table chosen_patient as
with elements as (
    select
        p.*,
        current_nhs_identifier(p.identifier) as nhs_identifier,
        current_name(p.name) as name_now,
        birth_date_known(p.birthDate) as birth_date_sent
    from patient_row as p
)
select
    p._source as source,
    p._sender as sender,
    coalesce(p._record_id, p.id) as record_id,
    nhs_number_digits(p.nhs_identifier.value) as nhs_number,
    verification_status(p.nhs_identifier) as nhs_number_status,
    if(len(p.identifier) > 1, replaced_numbers(p.identifier), null) as replaced_numbers,
    p.name_now.family as family_sent,
    p.name_now.given[1] as given_sent,
    nullif(array_to_string(p.name_now.given[2:], ' '), '') as other_given_sent,
    if(len(p.name) > 1, former_names(p.name), null) as former_names_sent,
    try_cast(left(p.birth_date_sent, 4) as smallint) as birth_year,
    try_cast(p.birth_date_sent[6:7] as smallint) as birth_month,
    try_cast(p.birth_date_sent[9:10] as smallint) as birth_day,
    case when fhir_precision(p.birth_date_sent) in ('day', 'time') then fhir_date(p.birth_date_sent) end as birth_date,
    p.gender,
    home_postcode(p.address) as postcode_sent,
    if(len(p.address) > 1, former_postcodes(p.address), null) as former_postcodes_sent,
    ods_of(p.generalPractitioner[1]) as practice_code,
    fhir_date(p.deceasedDateTime) as death_date,
    is_marked_confidential(p.meta.security) as is_restricted,
    is_marked_test(p.meta.security) or is_test_name(p.name_now.family, p.name_now.given[1]) as is_test,
    p._file_id as file_id,
    p._row as file_row
from elements as p
where not exists (
    select 1
    from patient_row_superseded as s
    where
        s._source = p._source and s._sender = p._sender and s.record_id = coalesce(p._record_id, p.id)
        and s._file_id = p._file_id and s._row = p._row and s.id = p.id
);
