select
    table_name,
    column_name,
    handling,
    register_columns,
    sources,
    legal_bases,
    purposes,
from {{ source('register', 'lineage') }}
