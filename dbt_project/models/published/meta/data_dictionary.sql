-- Written from the descriptions and marks of the published models, and from what their columns were found to be
-- made of: where that could be followed to the register, the register's word stands, not the mark's.
with described as (

    {{ published_columns() }}

),

lineage as (

    select * from {{ ref('dim_column_lineage') }}

)

select
    described.table_name,
    described.column_name,
    described.type,
    described.meaning,
    described.handling,
    coalesce(nullif(lineage.register_columns, ''), described.source_columns) as source_columns,
    lineage.sources,
    lineage.legal_bases,
    lineage.purposes,
from described
left join lineage
    on
        described.table_name = lineage.table_name
        and described.column_name = lineage.column_name
