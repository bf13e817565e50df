"""URIs of identifier systems, code systems, profiles and extensions.

Sources: HL7 UK Core R4 staging repository (NHSDigital/FHIR-R4-UKCORE-STAGING-MAIN), HL7 FHIR R4.
Where several spellings are in use (ICD-10, OPCS-4), all are accepted and the first is emitted.
"""

from __future__ import annotations

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_ORGANISATION = "https://fhir.nhs.uk/Id/ods-organization-code"
ODS_SITE = "https://fhir.nhs.uk/Id/ods-site-code"

SNOMED_CT = "http://snomed.info/sct"
DMD = "https://dmd.nhs.uk"
ICD_10 = ("http://hl7.org/fhir/sid/icd-10-uk", "http://hl7.org/fhir/sid/icd-10")
OPCS_4 = (
    "https://fhir.hl7.org.uk/CodeSystem/OPCS-4",
    "http://fhir.hl7.org.uk/CodeSystem/OPCS-4",
    "https://fhir.hl7.org.uk/Id/opcs-4",
)
UCUM = "http://unitsofmeasure.org"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

UK_CORE_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
UK_CORE_PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
UK_CORE_CODE_SYSTEM = "https://fhir.hl7.org.uk/CodeSystem/UKCore-"

# Ours, for what UK Core has no element: reserved example domain, so that it can never resolve.
LOCAL_EXTENSION = "https://fhir.wsic.example/StructureDefinition/Extension-WSIC-"
LOCAL_CODE_SYSTEM = "https://fhir.wsic.example/CodeSystem/"
LOCAL_ID = "https://fhir.wsic.example/Id/"
