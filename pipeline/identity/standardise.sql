-- patient_row (fhir/Patient) and registration_row (fhir/EpisodeOfCare of GP feeds) -> one identity record a
-- (source, sender, record_id), in the temp table identity_record. Needs the macros of connectors/fhir and
-- nhs_number.sql, and the variables as_of and allow_synthetic_numbers.
-- The registration of a GP record: the one current at as_of that began last, else the last one.
create or replace temp table gp_registration as
with episode as (
    select
        _source as source,
        _sender as sender,
        _record_id as record_id,
        ods_of(managingOrganization) as practice_code,
        fhir_date(period."start") as started_on,
        fhir_date(period."end") as ended_on
    from registration_row
    where concepts_local_code(type, 'episode-type') = 'gp_registration' and _record_id is not null
),
judged as (
    select
        *,
        coalesce(started_on, date '0001-01-01') <= getvariable('as_of')
            and coalesce(ended_on, date '9999-12-31') > getvariable('as_of') as is_current
    from episode
)
select source, sender, record_id, practice_code, started_on, is_current
from judged
qualify row_number() over (
    partition by source, sender, record_id
    order by is_current desc, started_on desc nulls last, ended_on desc nulls first, practice_code
) = 1;

-- Numbers that a sender gives as a person's old one, beside the current one.
create or replace temp table superseded_number as
with sent as (
    select
        nhs_number_digits(current_nhs_identifier(identifier).value) as nhs_number,
        unnest(list_filter(nhs_identifiers(identifier), lambda i: i."use" = 'old')) as replaced
    from patient_row
)
select distinct nhs_number_digits(replaced.value) as nhs_number
from sent
where nhs_number_digits(replaced.value) <> nhs_number;

create or replace temp table identity_record as
with chosen as (
    select
        _source as source,
        _sender as sender,
        coalesce(_record_id, id) as record_id,
        current_nhs_identifier(identifier) as sent,
        current_name(name) as called,
        case when fhir_precision(birthDate) in ('day', 'time') then fhir_date(birthDate) end as birth_date,
        gender,
        postcode_folded(home_postcode(address)) as postcode,
        ods_of(generalPractitioner[1]) as practice_code,
        fhir_date(deceasedDateTime) as death_date,
        is_marked_confidential(meta.security) as is_restricted,
        is_marked_test(meta.security) as is_test
    from patient_row
    qualify row_number() over (
        partition by _source, _sender, coalesce(_record_id, id) order by _extract_date desc, _file_id, _row desc
    ) = 1
),
digits as (
    select *, nhs_number_digits(sent.value) as nhs_number, verification_status(sent) as nhs_number_status
    from chosen
)
select
    d.source,
    d.sender,
    d.record_id,
    d.nhs_number,
    nhs_number_outcome(
        d.nhs_number, d.nhs_number_status, getvariable('allow_synthetic_numbers'), s.nhs_number is not null
    ) as nhs_number_outcome,
    d.nhs_number_status,
    d.birth_date,
    name_folded(d.called.family) as family_name,
    name_folded(d.called.given[1]) as given_name,
    d.gender,
    d.postcode,
    -- Where the record itself says that the person is registered; a GP record says it by an episode of care.
    coalesce(r.practice_code, d.practice_code) as practice_code,
    d.source = 'gp' and coalesce(r.is_current, d.practice_code is not null) as is_registered,
    r.started_on as registered_on,
    d.death_date,
    d.is_restricted,
    d.is_test
from digits as d
left join superseded_number as s on s.nhs_number = d.nhs_number
left join gp_registration as r on r.source = d.source and r.sender = d.sender and r.record_id = d.record_id;
