with handling as (

    select * from {{ ref('dim_handling') }}

)

select
    layer,
    source,
    format,
    file_name,
    column_name,
    kind,
    handling,
    purposes,
    legal_bases,
    leaves_as,
    meaning,
from handling
