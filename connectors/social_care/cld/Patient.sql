-- One patient per person number of the council. Each element is of the latest submission that has it.
with rows as (
    select *,
        (_extract_date, coalesce("Reporting Period End Date", _extract_date), "Event Start Date", _file_id, _row) as latest,
        lower("Ethnicity") as stated,
        regexp_replace(lower("Ethnicity"), '^.*(: | - )', '') as subgroup
    from CLD
),

-- Words of the 2011 and 2021 lists as letters of the 2001 list, which has no Gypsy, Roma or Arab group
-- (ETHNIC CATEGORY CODE 2001, NHS Data Dictionary). Mixed groups first: they name two others. The names of the
-- Asian and Black groups hold those of their subgroups, so those are looked for behind the colon or dash.
lettered as (
    select *, case
        when regexp_full_match(stated, '[a-hj-np-sz]|99') then upper(stated)
        when stated like '%white and black caribbean%' or stated like '%white & black caribbean%' then 'D'
        when stated like '%white and black african%' or stated like '%white & black african%' then 'E'
        when stated like '%white and asian%' or stated like '%white & asian%' then 'F'
        when stated like 'mixed%' or stated like '%other mixed%' then 'G'
        when stated like '%indian%' then 'H'
        when stated like '%pakistani%' then 'J'
        when stated like '%bangladeshi%' then 'K'
        when stated like '%chinese%' then 'R'
        when subgroup like '%other asian%' then 'L'
        when subgroup like '%other black%' then 'P'
        when subgroup like '%caribbean%' then 'M'
        when subgroup like '%african%' then 'N'
        when stated like '%other white%' or stated like '%gypsy%' or stated like '%roma%' then 'C'
        when stated like 'white%british%' or stated like 'white%english%' then 'A'
        when stated like 'white%irish%' then 'B'
        when stated like '%arab%' or stated like '%other ethnic%' then 'S'
        when stated like '%not stated%' or stated like '%refused%' then 'Z'
        when stated is not null then '99'
    end as letter
    from rows
),

patients as (
    select _record_id,
        arg_max(_file_id, latest) as _file_id,
        arg_max(_row, latest) as _row,
        max(_extract_date) as _extract_date,
        arg_max(nhs_number_identifier("NHS Number", null::varchar), latest) as nhs_number,
        arg_max(person_name('usual', "Last Name", said(["First Name"])), latest) as name,
        arg_max("Gender", latest) as gender,
        coalesce(arg_max(letter, latest) filter (where letter not in ('Z', '99')), arg_max(letter, latest)) as letter,
        arg_max("Date of Birth", latest) as born_on,
        arg_max("Date of Death", latest) as died_on,
        arg_max("Postcode", latest) as postcode,
        arg_max("GP Practice Code", latest) as practice,
        arg_max("Client Type", latest) as client_type,
        arg_max("Primary Support Reason", latest) as support_reason,
        arg_max("Accommodation Status", latest) as accommodation
    from lettered
    group by _record_id
)

select
    own_id('Patient', _record_id) as id,
    uk_core_meta('Patient') as meta,
    said([
        ukcore_concept('EthnicCategory', ukcore_coded('EthnicCategoryEngland', letter)),
        wsic_code('ClientType', client_type),
        wsic_code('PrimarySupportReason', support_reason),
        wsic_code('AccommodationStatus', if(accommodation in (
            select word from lookup_words where column_name = 'Accommodation Status'), accommodation, null))
    ]) as extension,
    said([nhs_number,
          {'system': 'https://fhir.wsic.example/Id/local-patient-identifier', 'value': _record_id}]) as identifier,
    said([name]) as name,
    gender_of(gender) as gender,
    strftime(born_on, '%Y-%m-%d') as birthDate,
    strftime(died_on, '%Y-%m-%d') as deceasedDateTime,
    if(postcode is null, null, [{'use': 'home', 'postalCode': postcode}]) as address,
    said([practice_reference(practice)]) as generalPractitioner,
    ods_reference(getvariable('sender')) as managingOrganization,
    _record_id, _file_id, _row, _extract_date
from patients
