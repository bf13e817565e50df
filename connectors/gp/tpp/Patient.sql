-- One row a patient of a practice. Registered where the latest open regular registration is; whose record it is
-- comes from the row's own organisation. Former addresses come first, the current home last. A correspondence
-- address is not where the person lives, so it is never a home. Ethnic category: the latest coded entry
-- that states one; not stated (Z) or not known (99) only where nothing else was ever said.
with practices as (
    select "RowIdentifier" as id, upper("ODSCode") as ods_code from "SROrganisation"
),
registered as (
    select
        r."IDPatient",
        arg_max(
            coalesce(o.ods_code, ods_code_in(coalesce(r."IDOrganisationRegisteredAt", r."IDOrganisation"))),
            (r."DateRegistration", r._extract_date, r._row)
        ) as ods_code
    from "SRPatientRegistration" r
    left join practices o on o.id = coalesce(r."IDOrganisationRegisteredAt", r."IDOrganisation")
    left join lookup_registration_types t on t.words = lower(r."RegistrationStatus")
    where t.registration_type = 'regular'
        and (r."DateDeRegistration" is null or r."DateDeRegistration" > r._extract_date)
    group by r."IDPatient"
),
addresses as (
    select
        "IDPatient",
        list({
            'use': case
                when "DateTo" <= _extract_date then 'old'
                when coalesce(lower("AddressType"), 'home') in ('home', 'h', 'permanent', 'main') then 'home'
                else 'temp' end,
            'line': said(["NameOfBuilding", concat_ws(' ', "NumberOfBuilding", "NameOfRoad"), "NameOfLocality"]),
            'city': "NameOfTown", 'district': "NameOfCounty", 'postalCode': "FullPostCode",
            'period': if(coalesce("DateEvent", "DateTo") is null, null,
                {'start': strftime("DateEvent", '%Y-%m-%d'), 'end': strftime("DateTo", '%Y-%m-%d')})
        } order by "DateTo" is null or "DateTo" > _extract_date,
                   coalesce(lower("AddressType"), 'home') in ('home', 'h', 'permanent', 'main'),
                   coalesce("DateEvent", date '0001-01-01'), _extract_date, _row) as address
    from "SRPatientAddressHistory"
    group by "IDPatient"
),
ethnic as (
    select
        c."IDPatient",
        arg_max(m.ethnic_category, (m.ethnic_category not in ('Z', '99'), coalesce(c."DateEvent", c."DateEventRecorded", timestamp '0001-01-01'),
                                    coalesce(c."DateEventRecorded", timestamp '0001-01-01'), c."RowIdentifier")) as category
    from "SRCode" c
    join lookup_ethnicity m on m.snomed_code = c."SNOMEDCode"
    group by c."IDPatient"
)
select
    own_id('Patient', p."RowIdentifier") as id,
    patient_meta(false, coalesce(p."TestPatient", false)) as meta,
    ethnic_category(e.category) as extension,
    said([nhs_number_identifier(p."NHSNumber", case when p."SpineMatched" then '01' when p."SpineMatched" is false then '02' end),
          {'system': 'https://fhir.wsic.example/Id/tpp-patient', 'value': p."RowIdentifier"}]) as identifier,
    true as active,
    said([person_name('official', p."Surname", given_names(p."FirstName", p."MiddleNames"), p."Title"),
          if(p."PreviousSurname" is null, null, person_name('maiden', p."PreviousSurname", said([p."FirstName"])))]) as name,
    said([contact_point('email', p."EmailAddress")]) as telecom,
    gender_of(p."Gender") as gender,
    strftime(p."DateBirth", '%Y-%m-%d') as "birthDate",
    strftime(p."DateDeath", '%Y-%m-%d') as "deceasedDateTime",
    a.address,
    said([practice_reference(r.ods_code)]) as "generalPractitioner",
    if(o.id is null, practice_reference(coalesce(ods_code_in(p."IDOrganisationVisibleTo"), r.ods_code)), {
        'reference': own_reference('Organization', o.id).reference, 'type': 'Organization',
        'identifier': ods_reference(o.ods_code).identifier}) as "managingOrganization",
    p._record_id, p._file_id, p._row, p._extract_date
from "SRPatient" p
left join registered r on r."IDPatient" = p."RowIdentifier"
left join addresses a on a."IDPatient" = p."RowIdentifier"
left join ethnic e on e."IDPatient" = p."RowIdentifier"
left join practices o on o.id = p."IDOrganisationVisibleTo"
