-- Issues of medications. MedicationQuantity is words: only a leading number and the one word behind it are read.
select
    own_id('MedicationRequest', m."RowIdentifier") as id,
    uk_core_meta('MedicationRequest') as meta,
    if(m."DateMedicationEnd" <= m._extract_date, 'completed', 'active') as status,
    'order' as intent,
    coalesce(
        resolved_concept('https://dmd.nhs.uk', m."IDMultiLexDMD", 'multilex-product', m."IDMultiLexProduct", m."NameOfMedication"),
        {'coding': null, 'text': m."NameOfMedication"}) as "medicationCodeableConcept",
    own_reference('Patient', m."IDPatient") as subject,
    own_reference('Encounter', m."IDEvent") as encounter,
    day_or_moment(coalesce(m."DateEvent", m."DateMedicationStart"::timestamp)) as "authoredOn",
    concept('http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy',
        case m."IsRepeatMedication" when true then 'continuous' when false then 'acute' end) as "courseOfTherapyType",
    if(m."MedicationDosage" is null, null, [{'text': m."MedicationDosage"}]) as "dosageInstruction",
    {'quantity': if(regexp_matches(m."MedicationQuantity", '^[0-9]'), {
         'value': try_cast(regexp_extract(m."MedicationQuantity", '^[0-9]+(\.[0-9]+)?') as double),
         'unit': nullif(regexp_extract(m."MedicationQuantity", '^[0-9.]+\s*([A-Za-z]{1,16})', 1), '')}, null),
     'expectedSupplyDuration': if(m."DateMedicationEnd" >= m."DateMedicationStart",
        {'value': (m."DateMedicationEnd" - m."DateMedicationStart" + 1)::double, 'unit': 'day',
         'system': 'http://unitsofmeasure.org', 'code': 'd'}, null),
     'validityPeriod': {'start': strftime(m."DateMedicationStart", '%Y-%m-%d'),
                        'end': strftime(m."DateMedicationEnd", '%Y-%m-%d')}} as "dispenseRequest",
    {'allowedBoolean': false} as substitution,
    m._record_id, m._file_id, m._row, m._extract_date
from "SRPrimaryCareMedication" m
