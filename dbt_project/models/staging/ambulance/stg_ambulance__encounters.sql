{# Whatever a FHIR feed calls it, what an ambulance trust tells of is an incident. #}
select * replace ('ambulance_incident' as activity_type)
from {{ source('ambulance', 'encounters') }}
