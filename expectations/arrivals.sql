-- What rules on arrivals read: the FHIR tables of one source, flattened to the columns that are judged.
-- Before this file runs: views fhir_<ResourceType>, the macros of connectors/fhir/macros.sql, variable as_of.
create or replace temp macro is_restricted(meta) as
    coalesce(list_contains(list_transform(meta.security, lambda s: s.code), 'R'), false);

create or replace temp table patient as
select
    _sender as sender,
    _record_id as record_id,
    identifier_value(identifier, 'https://fhir.nhs.uk/Id/nhs-number') as nhs_number,
    coalesce(is_nhs_number(identifier_value(identifier, 'https://fhir.nhs.uk/Id/nhs-number')), false) as has_number,
    first_code(ukcore(list_filter(identifier, lambda i: i.system = 'https://fhir.nhs.uk/Id/nhs-number')[1].extension,
        'NHSNumberVerificationStatus').valueCodeableConcept) as number_status,
    is_restricted(meta) as is_restricted,
    birthDate as birth_text,
    fhir_date(birthDate) as birth_on,
    fhir_date(deceasedDateTime) as death_on,
from fhir_Patient;

create or replace temp view person_at_sender as
select
    sender,
    record_id,
    bool_or(has_number) as has_number,
    bool_or(is_restricted) as is_restricted,
    min(birth_on) as birth_on,
    max(death_on) as death_on,
from patient
group by all;

create or replace temp view encounter as
select
    _sender as sender,
    _record_id as record_id,
    'Encounter/' || id as key,
    concepts_local_code(type, 'activity-type') as activity_type,
    status,
    reference_key(partOf) as part_of_key,
    reference_key(basedOn[1]) as referral_key,
    fhir_timestamp(period."start") as start_at,
    fhir_timestamp(period."end") as end_at,
    wsic(extension, 'EpisodeNumber').valueInteger as episode_number,
    wsic(extension, 'PatientClassification').valueCode as patient_classification,
    first_code(ukcore(hospitalization.extension, 'AdmissionMethod').valueCodeableConcept) as admission_method,
    first_code(hospitalization.admitSource) as source_of_admission,
    first_code(ukcore(extension, 'DischargeMethod').valueCodeableConcept) as discharge_method,
    first_code(hospitalization.dischargeDisposition) as discharge_destination,
    fhir_date(wsic(extension, 'DischargeReadyDate').valueDate) as discharge_ready_on,
    wsic(extension, 'Hrg').valueCode as hrg_code,
    wsic(extension, 'DepartmentType').valueCode as department_type,
    fhir_timestamp(wsic(extension, 'InitialAssessment').valueDateTime) as assessed_at,
    fhir_timestamp(wsic(extension, 'DecidedToAdmit').valueDateTime) as decided_to_admit_at,
    clinical_coding(reasonCode[1]).code as chief_complaint,
    wsic(extension, 'AttendedStatus').valueCode as attended_code,
    identifier_value(identifier, 'https://fhir.wsic.example/Id/ambulance-incident') as incident_number,
    wsic(extension, 'IncidentOutcome').valueCode as incident_outcome,
    wsic(extension, 'ResponseCategory').valueCode as response_category,
    wsic(extension, 'ResponseSeconds').valueInteger as response_seconds,
    fhir_timestamp(wsic(extension, 'ArrivedAtHospital').valueDateTime) as arrived_at_hospital_at,
    is_restricted(meta) as is_restricted,
from fhir_Encounter;

create or replace temp view appointment as
select
    _sender as sender,
    _record_id as record_id,
    local_code(appointmentType, 'activity-type') as activity_type,
    reference_key(basedOn[1]) as referral_key,
    fhir_date("start") as start_on,
    wsic(extension, 'AttendedStatus').valueCode as attended_code,
    _extract_date as extract_date,
    is_restricted(meta) as is_restricted,
from fhir_Appointment;

create or replace temp view referral as
select
    _sender as sender,
    _record_id as record_id,
    'ServiceRequest/' || id as key,
    concepts_local_code(category, 'activity-type') as activity_type,
    fhir_date(authoredOn) as received_on,
    fhir_date(occurrencePeriod."end") as closed_on,
    status,
    is_restricted(meta) as is_restricted,
from fhir_ServiceRequest;

create or replace temp view episode_of_care as
select
    _sender as sender,
    _record_id as record_id,
    concepts_local_code(type, 'episode-type') as episode_type,
    concepts_local_code(type, 'social-care-service-type') as service_type,
    fhir_date(period."start") as start_on,
    fhir_date(period."end") as end_on,
    ods_of(managingOrganization) as organisation_code,
    wsic(extension, 'RegistrationType').valueCode as registration_type,
    wsic(extension, 'ServiceComponent').valueCode as service_component,
    wsic(extension, 'UnitCost').valueDecimal as unit_cost_gbp,
    wsic(extension, 'PlannedUnits').valueDecimal as planned_units_per_week,
from fhir_EpisodeOfCare;

create or replace temp view diagnosis as
select
    _sender as sender,
    system_word(clinical_coding(fhir_Condition.code).system) as code_system,
    clinical_coding(fhir_Condition.code).code as code,
    wsic(fhir_Condition.extension, 'Rank').valueInteger as position,
    encounter.activity_type,
from fhir_Condition
left join encounter on _sender = encounter.sender and reference_key(fhir_Condition.encounter) = encounter.key;

create or replace temp view organisation as
select
    _sender as sender,
    identifier_value(identifier, 'https://fhir.nhs.uk/Id/ods-organization-code') as organisation_code,
    wsic(extension, 'DataSharing').valueBoolean as is_sharing,
from fhir_Organization;

-- Contacts with the referral that they came from; ids are unique inside a provider only.
create or replace temp view contact as
select contacts.*, referral.key is not null as has_referral, referral.received_on, referral.closed_on
from (
    select sender, activity_type, referral_key, start_at::date as start_on from encounter
    where activity_type in ('community_contact', 'mental_health_contact')
    union all by name
    select sender, activity_type, referral_key, start_on from appointment
    where activity_type in ('community_contact', 'mental_health_contact')
) as contacts
left join referral on contacts.sender = referral.sender and contacts.referral_key = referral.key;

-- Parts with the spell that they are part of: episodes and ward stays.
create or replace temp view spell_part as
select part.*, spell.start_at as spell_start_at, spell.end_at as spell_end_at, spell.key is not null as has_spell
from encounter as part
left join encounter as spell on part.sender = spell.sender and part.part_of_key = spell.key
where part.activity_type in ('hospital_episode', 'ward_stay');

-- Registrations with the one that the same practice opened before it for the same record.
create or replace temp view registration as
select
    *,
    lag(end_on) over earlier as previous_end_on,
    lag(start_on) over earlier is not null as has_previous,
from episode_of_care
where episode_type = 'gp_registration' and coalesce(registration_type, 'regular') = 'regular'
window earlier as (partition by sender, record_id, organisation_code order by start_on, end_on nulls last);

create or replace temp view event as
select sender, record_id, coalesce(activity_type, 'Encounter') as kind, start_at::date as happened_on, is_restricted from encounter
union all by name
select sender, record_id, coalesce(activity_type, 'Appointment') as kind, least(start_on, getvariable('as_of')) as happened_on, is_restricted
from appointment
union all by name
select sender, record_id, coalesce(activity_type, 'ServiceRequest') as kind, received_on as happened_on, is_restricted from referral
union all by name
select sender, record_id, episode_type as kind, start_on as happened_on, false as is_restricted from episode_of_care
where episode_type = 'social_care_service'
union all by name
select _sender as sender, _record_id as record_id, 'Condition' as kind,
    fhir_date(coalesce(recordedDate, onsetDateTime)) as happened_on, is_restricted(meta) as is_restricted from fhir_Condition
union all by name
select _sender as sender, _record_id as record_id, 'Observation' as kind,
    fhir_date(effectiveDateTime) as happened_on, is_restricted(meta) as is_restricted from fhir_Observation
union all by name
select _sender as sender, _record_id as record_id, 'Procedure' as kind,
    fhir_date(performedDateTime) as happened_on, is_restricted(meta) as is_restricted from fhir_Procedure
union all by name
select _sender as sender, _record_id as record_id, 'MedicationRequest' as kind,
    fhir_date(authoredOn) as happened_on, is_restricted(meta) as is_restricted from fhir_MedicationRequest
union all by name
select _sender as sender, _record_id as record_id, 'Immunization' as kind,
    fhir_date(occurrenceDateTime) as happened_on, is_restricted(meta) as is_restricted from fhir_Immunization;

-- One pass over all events: what several rules ask for. A birth date known to the month or the
-- year only is read as its first day, so that nothing is called early for want of precision.
create or replace temp table event_tally as
select
    event.sender,
    kind,
    count(*) as events,
    count(*) filter (where happened_on is null) as undated,
    count(*) filter (where happened_on > getvariable('as_of')) as in_future,
    count(*) filter (where happened_on < birth_on) as before_birth,
    count(*) filter (where happened_on > death_on + 28) as after_death,
    count(*) filter (where person.record_id is null) as of_unknown_patient,
    count(*) filter (where not coalesce(has_number, false) and not event.is_restricted
        and not coalesce(person.is_restricted, false)) as without_number,
from event
left join person_at_sender as person on event.sender = person.sender and event.record_id = person.record_id
group by all;
