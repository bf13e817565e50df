select
    codelist,
    lower(trim(code_system)) as code_system,
    {{ plain_code('trim(code::varchar)') }} as code,
    term,
from {{ source('reference', 'codelists') }}
