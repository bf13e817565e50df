-- Written from the descriptions and marks of the published models, and from what their columns were found to be
-- made of: where that could be followed to the register, the register's word stands, not the mark's.
with described as (

    {{ published_columns() }}

),

lineage as (

    select * from {{ ref('dim_column_lineage') }}

),

current_run as (

    select product from {{ ref('dim_run') }}
    where is_current

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
-- A table of another product is not told of here, and so would be undocumented if it stood here.
inner join current_run on contains(described.serves, current_run.product)
left join lineage
    on
        described.table_name = lineage.table_name
        and described.column_name = lineage.column_name
