{{ config(materialized='table') }}
with person_sources as (

    select * from {{ ref('stg_linkage__person_sources') }}

),

-- What happened says whose it was and who sent it, not by which of the sender's records. Where a sender has several
-- records of a person, what it sent leaves the person only if all of them do.
senders as (

    select
        person_key,
        source,
        sender,
        if(bool_or(strict_person_key = person_key), person_key, min(strict_person_key)) as strict_key,
        if(bool_or(loose_person_key = person_key), person_key, min(loose_person_key)) as loose_key,
    from person_sources
    group by person_key, source, sender

),

linked as (

    select 'strict' as link_threshold, person_key, source, sender, strict_key as linked_key from senders
    union all
    select 'loose' as link_threshold, person_key, source, sender, loose_key as linked_key from senders

),

-- People who lose a record, and people who gain one.
changed as (

    select link_threshold, person_key from linked
    where linked_key != person_key
    union
    select link_threshold, linked_key as person_key from linked
    where linked_key != person_key

)

select linked.*
from linked
inner join changed on linked.link_threshold = changed.link_threshold and linked.person_key = changed.person_key
