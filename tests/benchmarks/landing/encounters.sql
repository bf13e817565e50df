-- One line an encounter, as a trust's UK Core server exports them: stays, emergency attendances and clinics, a
-- narrative and participants that are not landed among them. ``n`` is 0 to the number asked for less one.
with numbered as (
    select n,
        md5('e' || n) as id,
        md5('p' || n % 250000) as patient,
        timestamp '2024-01-01 08:00:00' + to_minutes((n * 7919 % 1051200)::bigint) as started,
        ['R1K', 'RQM', 'RYJ', 'RAS', 'RJZ'][1 + n % 5] as provider,
        ['100', '300', '320', '430', '502'][1 + n % 5] as treatment_function,
        n % 10 as kind
    from range($first, $first + $rows) as r(n)
),
written as (
    select *,
        strftime(started, '%Y-%m-%dT%H:%M:%S+00:00') as start_at,
        strftime(started + to_minutes(case when kind < 2 then 60 * (20 + n % 300) else 20 + n % 220 end),
            '%Y-%m-%dT%H:%M:%S+00:00') as end_at,
        '"meta":{"versionId":"' || (1 + n % 3) || '","lastUpdated":"2026-03-' || lpad((1 + n % 28)::varchar, 2, '0')
            || 'T02:11:05.123+00:00","profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Encounter"]}'
            as meta,
        '"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Encounter ' || id
            || '</div>"}' as narrative,
        '"serviceType":{"coding":[{"system":"https://fhir.wsic.example/CodeSystem/treatment-function","code":"'
            || treatment_function || '"}]}' as service,
        '"subject":{"reference":"Patient/' || patient || '","type":"Patient"}' as subject,
        '"participant":[{"type":[{"coding":[{"system":'
            || '"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"PPRF"}]}],'
            || '"individual":{"reference":"Practitioner/' || md5('d' || n % 900) || '"}}]' as participant,
        '"serviceProvider":{"type":"Organization","identifier":{"system":'
            || '"https://fhir.nhs.uk/Id/ods-organization-code","value":"' || provider || '"}}' as provided_by,
        '"identifier":[{"system":"https://fhir.wsic.example/Id/' || provider || '-visit","value":"V'
            || lpad(n::varchar, 9, '0') || '"}]' as identifier
    from numbered
),
framed as (
    select *,
        '"period":{"start":"' || start_at || '","end":"' || end_at || '"}' as period,
        case when kind < 2 then
            '"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DischargeMethod",'
            || '"valueCodeableConcept":{"coding":[{"system":'
            || '"https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeMethodEngland","code":"1"}]}}],'
            || '"class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP",'
            || '"display":"inpatient encounter"},"type":[{"coding":[{"system":"http://snomed.info/sct",'
            || '"code":"183452005","display":"Emergency hospital admission"}]}],'
            || '"hospitalization":{"extension":[{"url":'
            || '"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AdmissionMethod",'
            || '"valueCodeableConcept":{"coding":[{"system":'
            || '"https://fhir.hl7.org.uk/CodeSystem/UKCore-AdmissionMethodEngland","code":"21"}]}}],'
            || '"admitSource":{"coding":[{"system":'
            || '"https://fhir.hl7.org.uk/CodeSystem/UKCore-SourceOfAdmissionEngland","code":"19"}]},'
            || '"dischargeDisposition":{"coding":[{"system":'
            || '"https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeDestinationEngland","code":"19"}]}},'
            || '"location":[{"location":{"reference":"Location/' || md5('w' || n % 60) || '"}}],'
        when kind < 5 then
            '"extension":[{"url":'
            || '"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EmergencyCareDischargeStatus",'
            || '"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"182992009",'
            || '"display":"Treatment completed"}]}}],'
            || '"class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"EMER",'
            || '"display":"emergency"},"type":[{"coding":[{"system":"http://snomed.info/sct",'
            || '"code":"319981000000104","display":"Seen in urgent care centre"}]}],'
            || '"priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActPriority",'
            || '"code":"EM"}]},"reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"29857009",'
            || '"display":"Chest pain"}],"text":"chest pain"}],'
        else
            '"class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB",'
            || '"display":"ambulatory"},"type":[{"coding":[{"system":"http://snomed.info/sct",'
            || '"code":"281685003","display":"Weekly clinic"}]}],'
            || '"basedOn":[{"reference":"ServiceRequest/' || md5('r' || n % 400000) || '"}],'
            || '"appointment":[{"reference":"Appointment/' || md5('a' || n) || '"}],'
            || '"length":{"value":' || (10 + n % 50) || ',"unit":"minute","system":"http://unitsofmeasure.org",'
            || '"code":"min"},'
        end as own
    from written
),
-- Of each hundred lines one is damaged, in eight ways; and in two more something is said that is not known.
damaged as (
    select *, case when n % 100 = 37 then 1 + (n // 100) % 8 else 0 end as damage,
        case
            when n % 100 = 11 then '"extension":[{"url":"https://trust.example/ward-colour","valueString":"blue"}],'
            when n % 100 = 12 then '"statusHistory":[{"status":"arrived","extension":[{"url":'
                || '"https://trust.example/kiosk","valueBoolean":true}],"period":{"start":"' || start_at || '"}}],'
            else ''
        end as unknown
    from framed
),
lines as (
    select n, damage,
        '{"resourceType":"Encounter",' || case when damage = 1 then '' else '"id":"' || id || '",' end
        || meta || ',' || narrative || ',' || identifier || ',"status":"'
        || case damage when 2 then 'completed' else 'finished' end || '",'
        || case when unknown like '"extension%' and kind < 5 then '' else unknown end || own
        || case damage when 3 then '"subject":{"display":"not said"}' else subject end || ',' || participant || ','
        || service || ','
        || case damage
            when 4 then '"period":"' || start_at || '"'
            when 5 then '"period":{"start":"' || left(start_at, 8) || '45"}'
            else period end || ','
        || case damage when 6 then '"modifierExtension":[{"url":"https://trust.example/not"}],' else '' end
        || provided_by || '}' as line
    from damaged
)
select case damage
    when 7 then left(line, length(line) - 40)
    when 8 then replace(line, '"participant":[{', '"participant":[{"modifierExtension":[{"url":"https://trust.example/no"}],')
    else line end as line
from lines order by n
