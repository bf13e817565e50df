select
    lsoa_code,
    imd_version::varchar as imd_version,
    try_cast(imd_rank as integer) as imd_rank,
    try_cast(imd_decile as integer) as imd_decile,
from {{ source('reference', 'deprivation') }}
