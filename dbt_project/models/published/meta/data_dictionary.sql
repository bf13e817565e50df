-- Written from the descriptions and marks of the published models themselves.
with described as (

    {{ published_columns() }}

)

select
    table_name,
    column_name,
    type,
    meaning,
    handling,
    source_columns,
from described
