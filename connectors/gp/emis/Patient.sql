-- One row a patient of a practice. generalPractitioner says where the person is registered now (regular, not
-- deducted); managingOrganization whose record it is, so that a practice's choice not to share reaches
-- temporary and former patients too. Ethnic category: the latest coded entry that states one;
-- not stated (Z) or not known (99) only where nothing else was ever said.
with stated as (
    select
        o."PatientGuid",
        coalesce(if(c."NationalCodeCategory" ilike 'ethnic category%', n.category, null), m.ethnic_category) as category,
        (coalesce(o."EffectiveDate", o."EnteredDate", date '0001-01-01'),
         coalesce(o."EnteredDate", date '0001-01-01'), o."ObservationGuid") as recency
    from "CareRecord_Observation" o
    join "Coding_ClinicalCode" c on c."CodeId" = o."CodeId"
    left join lookup_ethnicity m on m.snomed_code = c."SnomedCTConceptId"
    left join (select distinct ethnic_category as category from lookup_ethnicity) n on n.category = upper(c."NationalCode")
),
ethnic as (
    select "PatientGuid", arg_max(category, (category not in ('Z', '99'), recency)) as category
    from stated
    where category is not null
    group by "PatientGuid"
),
patients as (
    select
        p.*,
        upper(org."ODSCode") as ods_code,
        coalesce(t.registration_type, if(p."PatientTypeDescription" is null, null, 'other')) = 'regular'
            and (p."DateOfDeactivation" is null or p."DateOfDeactivation" > p._extract_date) as is_registered,
        e.category
    from "Admin_Patient" p
    left join "Admin_Organisation" org on org."OrganisationGuid" = p."OrganisationGuid"
    left join lookup_registration_types t on t.words = lower(p."PatientTypeDescription")
    left join ethnic e on e."PatientGuid" = p."PatientGuid"
)
select
    own_id('Patient', "PatientGuid") as id,
    patient_meta(coalesce("IsConfidential", false) or coalesce("SpineSensitive", false), coalesce("DummyType", false)) as meta,
    ethnic_category(category) as extension,
    said([nhs_number_identifier("NhsNumber", "NHSNumberStatus"),
          {'system': 'https://fhir.wsic.example/Id/emis-patient', 'value': "PatientGuid"}]) as identifier,
    true as active,
    said([person_name('official', "Surname", given_names("GivenName", "MiddleNames"), "Title")]) as name,
    said([contact_point('phone', "HomePhone", 'home'), contact_point('phone', "MobilePhone", 'mobile'),
          contact_point('email', "EmailAddress")]) as telecom,
    gender_of("Sex") as gender,
    strftime("DateOfBirth", '%Y-%m-%d') as "birthDate",
    strftime("DateOfDeath", '%Y-%m-%d') as "deceasedDateTime",
    if(coalesce("HouseNameFlatNumber", "NumberAndStreet", "Village", "Town", "County", "Postcode") is null, null,
       [{'use': 'home', 'line': said(["HouseNameFlatNumber", "NumberAndStreet", "Village"]), 'city': "Town",
         'district': "County", 'postalCode': "Postcode"}]) as address,
    said([if(is_registered, practice_reference(ods_code), null)]) as "generalPractitioner",
    {'reference': own_reference('Organization', "OrganisationGuid").reference, 'type': 'Organization',
     'identifier': ods_reference(ods_code).identifier} as "managingOrganization",
    _record_id, _file_id, _row, _extract_date
from patients
