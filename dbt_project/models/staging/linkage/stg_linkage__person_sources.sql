select
    person_key,
    source,
    sender,
    link_step,
    try_cast(link_confidence as double) as link_confidence,
    strict_person_key,
    loose_person_key,
    probability_false,
    probability_missed,
from {{ source('linkage', 'person_sources') }}
