"""Why a row is in no product, in the order that decides where several reasons hold: each row counts once."""

from __future__ import annotations

NOT_PERSON_LEVEL = "not_person_level"  # a dictionary, header, organisation ... row: about nobody
NO_RESOURCE = "no_resource"  # became no FHIR resource
NOT_LINKED = "not_linked"  # about someone of whom the sender has sent no Patient
DELETED = "deleted"
CONSENT_WITHDRAWN = "consent_withdrawn"
PRACTICE_NOT_SHARING = "practice_not_sharing"
CONFIDENTIAL = "confidential"
TEST_PATIENT = "test_patient"
LEGALLY_RESTRICTED = "legally_restricted"
TYPE_1_OBJECTION = "type_1_objection"
NATIONAL_OPT_OUT = "national_opt_out"
OPT_OUT_NOT_CHECKABLE = "opt_out_not_checkable"

ORDER = (
    NOT_PERSON_LEVEL,
    NO_RESOURCE,
    NOT_LINKED,
    DELETED,
    CONSENT_WITHDRAWN,
    PRACTICE_NOT_SHARING,
    CONFIDENTIAL,
    TEST_PATIENT,
    LEGALLY_RESTRICTED,
    TYPE_1_OBJECTION,
    NATIONAL_OPT_OUT,
    OPT_OUT_NOT_CHECKABLE,
)
