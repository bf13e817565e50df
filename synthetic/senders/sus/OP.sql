select
    t.code || 'O' || lpad(e.id::varchar, 12, '0') as GeneratedRecordIdentifier,
    if(has_come(e.deleted_on), '1', '9') as UpdateType,
    if(has_come(e.day), '020', '021') as CDSType,
    t.code as OrganisationCodeCodeOfProvider,
    t.code || '01' as SiteCodeOfTreatment,
    if(e.is_withheld, 'ANONO' || e.id, i.local_id) as LocalPatientIdentifier,
    if(e.is_withheld, null, i.nhs_number) as NHSNumber,
    if(e.is_withheld, '07', i.status) as NHSNumberStatusIndicator,
    if(e.is_withheld, '03', null) as WithheldIdentityReason,
    if(e.is_withheld, null, i.given) as PersonGivenName,
    if(e.is_withheld, null, i.family) as PersonFamilyName,
    if(e.is_withheld, null, i.born) as DateOfBirth,
    i.sex as Sex,
    i.ethnic as EthnicCategory,
    if(e.is_withheld, null, i.postcode) as Postcode,
    if(e.day >= i.switched_on, i.practice_now, i.practice_before) as PracticeCodeOfRegisteredGP,
    'A' || lpad(e.id::varchar, 10, '0') as AttendanceIdentifier,
    day(e.day) as AppointmentDate,
    if(has_come(e.day), e.attended, '0') as AttendedOrDidNotAttend,
    e.first::varchar as FirstAttendance,
    if(has_come(e.day) and e.attended in ('5', '6'), e.outcome::varchar, null) as OutcomeOfAttendance,
    if(e.detail < 0.06, '3', if(e.detail < 0.2, '2', '1')) as PriorityType,
    if(e.detail < 0.7, '03', '05') as SourceOfReferralForOutPatients,
    day(e.referred) as ReferralRequestReceivedDate,
    f.code as MainSpecialtyCode,
    f.code as TreatmentFunctionCode,
    null as PrimaryDiagnosisICD,
    if(has_come(e.day) and e.attended in ('5', '6') and e.detail < 0.12, pick(['U191', 'X629', 'E253', 'C874'], (e.detail * 8) % 1), null) as PrimaryProcedureOPCS,
    if(has_come(e.day) and e.attended in ('5', '6'), if(e.first in (1, 3), 'WF01B', 'WF01A'), null) as CoreHRG
from outpatient as e
join acute_trust as t on t.ix = e.trust
join outpatient_specialty as f on f.ix = e.specialty
join sus_identity as i on i.record = e.record
where e.trust = getvariable('sender') and has_come(e.booked)
    and (is_new(e.booked) or is_new(e.day) or is_new(e.deleted_on) or (is_new(i.mended_on) and not e.is_withheld))
order by e.id
