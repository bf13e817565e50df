select
    person_key,
    source,
    sender,
    link_step,
    try_cast(link_confidence as double) as link_confidence,
    strict_person_key,
    loose_person_key,
from {{ source('linkage', 'person_sources') }}
