with person_sources as (

    select * from {{ ref('stg_linkage__person_sources') }}

)

-- A chain is as strong as its weakest link: of several records at one sender the one least surely linked speaks.
select
    person_key,
    source,
    sender,
    min_by(link_step, (link_confidence, link_step)) as link_step,
    min(link_confidence) as link_confidence,
    count(*) as n_records,
from person_sources
group by person_key, source, sender
