select
    upper(trim(ods_code)) as ods_code,
    name as organisation_name,
    lower(trim(role)) as role,
    upper(trim(parent_ods_code)) as parent_ods_code,
    coalesce(try_cast(valid_from as date), date '1948-07-05') as valid_from,
    try_cast(valid_to as date) as valid_to,
from {{ source('reference', 'organisations') }}
