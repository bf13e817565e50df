-- The vault, Organization rows (afresh_organisation), what was said of Type 1 (afresh_type_1) -> person_out, record_out:
-- who stays out, worked out for the gate in a way of its own. Nothing here reads what the night decided.
-- Needs suppressed_person, suppressed_record and the variables checks_reply (the product heeds objections to secondary
-- use) and as_of.

-- A practice declared by its own feed, and in feeds that declare anything nothing else counts.
create or replace temp table afresh_agreement as
with told as (
    select
        _source as source,
        _sender as sender,
        list_filter(identifier, lambda i: i.system = 'https://fhir.nhs.uk/Id/ods-organization-code')[1].value as code,
        list_filter(identifier, lambda i: i.system = 'https://fhir.nhs.uk/Id/ods-site-code')[1].value as site_code,
        list_filter(extension, lambda e: ends_with(e.url, '/Extension-WSIC-DataSharing'))[1].valueBoolean as shares
    from afresh_organisation
)
select source, sender, coalesce(code, site_code, '') as code, shares from told where shares is not null;

create or replace temp table afresh_not_sharing as
with refused as (
    select source, sender, code from afresh_agreement where not shares
),
agreed as (
    select source, sender, code from afresh_agreement where shares
),
agreed_here as (
    select source, sender, code from agreed except select source, sender, code from refused
)
select r.source, r.sender, r.record_id, r.person_id, r.is_registered, r.registered_on
from vault.record as r
where
    if(
        (r.source, r.sender) in (select source, sender from afresh_agreement),
        r.practice_code is null or (r.source, r.sender, r.practice_code) not in (select source, sender, code from agreed_here),
        r.practice_code in (select code from refused) and r.practice_code not in (select code from agreed_here)
    );

-- A dissent holds unless a withdrawal is of a later day; one without a day, or of a day to come, always does.
create or replace temp table afresh_objecting as
with by_person as (
    select r.person_id, s.is_dissent, if(s.is_dissent, s.last_day, s.first_day) as day
    from afresh_type_1 as s
    inner join vault.record as r using (source, sender, record_id)
    where s.is_dissent or not (coalesce(r.is_test, false) or r.nhs_number_outcome is not distinct from 'test_range')
),
latest as (
    select
        person_id,
        max(coalesce(day, date '9999-12-31')) filter (is_dissent) as dissented_on,
        max(day) filter (not is_dissent and day <= getvariable('as_of')) as withdrawn_on
    from by_person
    group by person_id
)
select person_id from latest where dissented_on >= coalesce(withdrawn_on, date '0001-01-01');

create or replace temp table person_out as
select person_id from suppressed_person
union
select person_id from vault.record where is_restricted
union
-- The national service's word of the record as it is now or, where it was asked of another state only, any word.
select r.person_id
from vault.record as r
inner join vault.mps_answer as a using (record_key)
where
    a.is_restricted
    and (a.content_hash = r.content_hash or not exists (
        select 1 from vault.mps_answer as now
        where now.record_key = r.record_key and now.content_hash = r.content_hash and now.is_restricted is not null
    ))
union
select n.person_id
from afresh_not_sharing as n
where
    n.is_registered
    and not exists (
        select 1 from vault.record as later
        where
            later.person_id = n.person_id and later.is_registered
            and (later.registered_on > n.registered_on or (n.registered_on is null and later.registered_on is not null))
    )
union
select p.person_id
from vault.person as p
where
    getvariable('checks_reply')
    and not exists (select 1 from vault.national_reply as n where n.nhs_number = p.nhs_number)
union
select person_id from afresh_objecting where getvariable('checks_reply');

create or replace temp table record_out as
select source, sender, record_id from afresh_not_sharing
union
select source, sender, record_id from suppressed_record
union
select source, sender, record_id from vault.record where is_test or nhs_number_outcome = 'test_range';
