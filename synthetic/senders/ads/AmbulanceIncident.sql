select
    incident_number(i) as AmbulanceIncidentNumber,
    1 as PatientSequence,
    if(has_come(i.deleted_on), '1', '9') as UpdateType,
    'RRU' as OrganisationCodeAmbulanceTrust,
    if(i.detail < 0.75, '999', if(i.detail < 0.9, '111', if(i.detail < 0.98, 'HCP', 'Police'))) as ContactSource,
    ['C1', 'C2', 'C3', 'C4', 'C5'][1 + i.category] as ResponseCategory,
    case
        when i.kind = 3 then 'Hear and treat'
        when i.kind = 2 then 'See and treat'
        when i.department in ('03', '05') then 'See and convey elsewhere'
        else 'See and convey to ED'
    end as IncidentOutcome,
    if(i.in_care_home, 'Care home', pick(['Home', 'Home', 'Home', 'Public place', 'Workplace', 'Other'], i.detail)) as IncidentLocationType,
    c.complaint as ChiefComplaint_SNOMED_CT,
    if(i.kind = 0, t.code || if(i.department = '03', '03', '01'), if(i.kind = 1, 'RAL01', null)) as DestinationSiteCode,
    i.postcode as IncidentPostcode,
    if(i.kind = 3, '07700 900' || lpad((i.id % 1000)::varchar, 3, '0'), null) as CallerTelephoneNumber,
    null as TriageCode,
    if(i.kind = 3, null, 'A' || (100 + i.id % 300)) as ResourceCallsign,
    null as CallNotes,
    null as CrewNotes,
    number_of(i) as NHSNumber,
    if(i.is_nobody, '07', status_of(i)) as NHSNumberStatusIndicator,
    null as WithheldIdentityReason,
    i.given as PersonGivenName,
    i.surname as PersonFamilyName,
    if(i.no_birth_date, null, day(i.born)) as DateOfBirth,
    greatest(0, (i.day - i.birth) // 365) as AgeAtCall,
    if(i.is_nobody and i.detail < 0.3, '0', i.sex::varchar) as Sex,
    if(i.detail < 0.25 or i.is_nobody, '99', i.ethnic_category) as EthnicCategory,
    postcode_of(i) as Postcode,
    if(i.is_nobody, null, if(i.day >= i.switched_on, i.practice_now, i.practice_before)) as PracticeCodeOfRegisteredGP,
    at_second(i.call) as CallConnectDateTime,
    at_second(i.clock) as ClockStartDateTime,
    if(i.kind = 3, null, at_second(i.scene)) as FirstArrivalAtSceneDateTime,
    if(i.kind > 1, null, at_second(i."left")) as LeftSceneDateTime,
    if(i.kind > 1, null, at_second(i.hospital)) as ArrivedAtHospitalDateTime,
    if(i.kind > 1, null, at_second(i.handover)) as HandoverDateTime,
    at_second(i.closed) as IncidentClosedDateTime
from ambulance_incident as i
left join acute_trust as t on t.ix = i.trust
join cause as c on c.ix = i.cause
where has_come(i.day) and (is_new(i.day) or is_new(i.deleted_on) or (is_new(i.mended_on) and not i.is_nobody))
order by i.id
