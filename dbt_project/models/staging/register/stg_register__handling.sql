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
from {{ source('register', 'handling') }}
