-- fhir/Patient (variable files) -> record: what Splink compares, cleaned as its documentation advises: one case,
-- no accents, no spaces around, null for what is empty; the current name and the current home.
create or replace table record as
select
    row_number() over () as unique_id,
    _source as source,
    _sender as sender,
    coalesce(_record_id, id) as record_id,
    list_filter(identifier, lambda i: i.system = 'https://fhir.nhs.uk/Id/nhs-number')[1].value as nhs_number,
    nullif(trim(upper(strip_accents(name[1].family))), '') as family_name,
    nullif(trim(upper(strip_accents(name[1].given[1]))), '') as given_name,
    try_cast(birthDate as date) as birth_date,
    gender,
    list_filter(address, lambda a: coalesce(a."use", 'home') = 'home')[-1].postalCode as postcode,
    generalPractitioner[1].identifier."value" as practice_code
from read_parquet(getvariable('files'), hive_partitioning = false);
