select
    t.code || 'E' || lpad(e.id::varchar, 12, '0') as AttendanceUniqueIdentifier,
    if(has_come(e.deleted_on), '1', '9') as UpdateType,
    t.code as OrganisationCodeCodeOfProvider,
    t.code || if(e.department = '03', '03', '01') as SiteCodeOfTreatment,
    e.department as EC_Department_Type,
    if(e.by_ambulance, 'LAS' || lpad(e.id::varchar, 10, '0'), null) as AmbulanceIncidentNumber,
    if(e.is_withheld, 'ANONE' || e.id, i.local_id) as LocalPatientIdentifier,
    if(e.is_withheld or e.number_absent, null, i.nhs_number) as NHSNumber,
    if(e.is_withheld or e.number_absent, '07', i.status) as NHSNumberStatusIndicator,
    if(e.is_withheld, '03', null) as WithheldIdentityReason,
    if(e.is_withheld, null, if(e.number_absent, e.given, i.given)) as PersonGivenName,
    if(e.is_withheld, null, if(e.number_absent, e.surname, i.family)) as PersonFamilyName,
    if(e.is_withheld, null, i.born) as DateOfBirth,
    i.sex as Sex,
    i.ethnic as EthnicCategory,
    if(e.is_withheld, null, i.postcode) as Postcode,
    if(e.day >= i.switched_on, i.practice_now, i.practice_before) as PracticeCodeOfRegisteredGP,
    e.category as EC_AttendanceCategory,
    if(e.by_ambulance, '1048031000000100', if(e.detail < 0.4, '1048061000000105', '1048071000000103')) as EC_Arrival_Mode_SNOMED_CT,
    day(e.day) as Arrival_Date,
    clock(e.minute) as Arrival_Time,
    if(e.left_early, null, day(e.day + (e.minute + least(e.wait, 15)) // 1440)) as EC_Initial_Assessment_Date,
    if(e.left_early, null, clock(e.minute + least(e.wait, 15))) as EC_Initial_Assessment_Time,
    case
        when e.is_admitted and e.detail < 0.06 then '1064891000000107'
        when e.is_admitted then '1064911000000105'
        when e.department in ('03', '05') or e.detail > 0.5 then '1077241000000103'
        when e.detail < 0.05 then '1077251000000100'
        else '1064901000000108'
    end as EC_Acuity_SNOMED_CT,
    c.complaint as EC_Chief_Complaint_SNOMED_CT,
    if(e.left_early, null, c.diagnosis) as EC_Diagnosis_01,
    null as EC_Diagnosis_02,
    null as EC_Diagnosis_03,
    if(e.is_admitted, day(e.day + (e.minute + e.wait * 2 // 3) // 1440), null) as EC_Decision_To_Admit_Date,
    if(e.is_admitted, clock(e.minute + e.wait * 2 // 3), null) as EC_Decision_To_Admit_Time,
    day(e.departs) as EC_Departure_Date,
    clock(e.minute + e.wait) as EC_Departure_Time,
    if(e.left_early, '1066301000000103', '182992009') as EC_Discharge_Status_SNOMED_CT,
    if(e.is_admitted, '306706006', if(e.in_care_home, '306691003', '306689006')) as EC_Discharge_Destination_SNOMED_CT,
    case
        when e.is_admitted then if(e.detail < 0.5, 'VB02Z', 'VB03Z')
        when e.department in ('03', '05') or e.left_early then 'VB11Z'
        else pick(['VB08Z', 'VB09Z', 'VB07Z', 'VB11Z'], e.detail)
    end as SUS_HRG_Code
from attendance as e
join acute_trust as t on t.ix = e.trust
join cause as c on c.ix = e.cause
join sus_identity as i on i.record = e.record
where e.trust = getvariable('sender') and has_come(e.departs)
    and (is_new(e.departs) or is_new(e.deleted_on)
        or (is_new(i.mended_on) and not e.is_withheld and not e.number_absent))
order by e.id
