-- vault.record -> record_reason: every record, its person, and each reason that keeps all of its rows out.
-- Needs the temp view organisation_row (fhir/Organization of GP feeds) and the temp table suppressed_record.

-- What each GP feed says of a practice. A feed that declares agreements declares them all: there, a practice
-- without one does not share. In a feed that declares none, sending is sharing.
create or replace temp table practice_sharing as
select
    _source as source,
    _sender as sender,
    coalesce(
        identifier_value(identifier, 'https://fhir.nhs.uk/Id/ods-organization-code'),
        identifier_value(identifier, 'https://fhir.nhs.uk/Id/ods-site-code')
    ) as practice_code,
    bool_and(wsic(extension, 'DataSharing').valueBoolean) as is_sharing
from organisation_row
where wsic(extension, 'DataSharing').valueBoolean is not null
group by all;

create or replace temp table record_sharing as
with known as (
    select practice_code, bool_or(is_sharing) as is_sharing_anywhere
    from practice_sharing
    group by practice_code
),
declaring as (
    select distinct source, sender from practice_sharing
)
select
    r.source,
    r.sender,
    r.record_id,
    r.person_id,
    case
        when d.sender is not null then coalesce(own.is_sharing, false)
        else coalesce(k.is_sharing_anywhere, true)
    end as is_sharing,
    r.is_registered,
    r.registered_on
from vault.record as r
left join declaring as d on d.source = r.source and d.sender = r.sender
left join practice_sharing as own
    on own.source = r.source and own.sender = r.sender and own.practice_code = r.practice_code
left join known as k on k.practice_code = r.practice_code;

create or replace temp table record_reason as
-- Where the practice of the registration that is current does not share, the whole person is out; where
-- two begin on one day, either is enough.
with current_registration as (
    select person_id, is_sharing
    from record_sharing
    where is_registered
    qualify rank() over (partition by person_id order by registered_on desc nulls last) = 1
),
not_sharing_person as (
    select person_id from current_registration group by person_id having not bool_and(is_sharing)
),
confidential_person as (
    select person_id from vault.record where is_restricted
    union
    -- What the national service last said of the record as it is now; of one that changed since, whatever it said.
    select r.person_id
    from vault.record as r
    inner join vault.mps_answer as a on a.record_key = r.record_key
    group by r.record_key, r.person_id
    having coalesce(bool_or(a.is_restricted) filter (a.content_hash = r.content_hash), bool_or(a.is_restricted))
)
select source, sender, record_id, person_id, 'practice_not_sharing' as reason
from record_sharing
where not is_sharing or person_id in (select person_id from not_sharing_person)
union all
select source, sender, record_id, person_id, 'confidential'
from vault.record
where person_id in (select person_id from confidential_person)
union all
select source, sender, record_id, person_id, 'test_patient'
from vault.record
where is_test or nhs_number_outcome = 'test_range'
union all
select source, sender, record_id, person_id, act
from suppressed_record;
