with deprivation as (

    select * from {{ ref('stg_reference__deprivation') }}
    where imd_decile is not null

)

-- The newest version of the index that knows the area: areas are redrawn between versions.
select
    lsoa_code,
    max_by(imd_decile, imd_version) as imd_decile,
    max(imd_version) as imd_version,
from deprivation
group by lsoa_code
