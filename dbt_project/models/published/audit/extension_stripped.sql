with stripped as (

    select * from {{ ref('fct_extension_stripped') }}

)

select
    run_id,
    source,
    sender,
    extract_date,
    file_name,
    resource_type,
    place,
    url,
    records,
    extensions,
from stripped
