with person_sources as (

    select * from {{ ref('stg_linkage__person_sources') }}

)

select * from person_sources
