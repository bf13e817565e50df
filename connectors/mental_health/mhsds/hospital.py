"""MHSDS hospital provider spells, ward stays and readiness for discharge."""

from __future__ import annotations

from connectors.codes import (
    ADMISSION_METHOD,
    DELAY_ATTRIBUTION,
    DISCHARGE_DESTINATION,
    DISCHARGE_METHOD,
    SOURCE_OF_ADMISSION,
)
from connectors.columns import code, day, hashed, kept
from connectors.declare import PERSON_ELSEWHERE, Kind, NativeFile, RowCheck, Severity


def _order(rule_id: str, earlier: str, later: str) -> RowCheck:
    return RowCheck(
        rule_id=rule_id,
        column=later,
        severity=Severity.WARNING,
        predicate=f'"{earlier}" > "{later}"',
        meaning=f"{later} is before {earlier}",
    )


MHS501 = NativeFile(
    name="MHS501.csv",
    columns=(
        hashed("HospProvSpellID", "The provider's id of the spell", key=True, required=True),
        hashed("ServiceRequestID", "The referral that the spell belongs to", required=True),
        day("StartDateHospProvSpell", "Admission", required=True),
        kept("StartTimeHospProvSpell", "Time of admission", Kind.TIME, on_malformed=Severity.WARNING),
        code("SourceAdmMHHospProvSpell", "Where the person came from", *SOURCE_OF_ADMISSION),
        code("MethAdmMHHospProvSpell", "How the stay began; 21-28, 2A-2D are emergencies", *ADMISSION_METHOD),
        day("DischDateHospProvSpell", "Discharge; blank while in hospital"),
        kept("DischTimeHospProvSpell", "Time of discharge", Kind.TIME, on_malformed=Severity.WARNING),
        code("MethOfDischMHHospProvSpell", "How the stay ended; 4 died", *DISCHARGE_METHOD),
        code("DestOfDischHospProvSpell", "Where the person went; 19 usual home", *DISCHARGE_DESTINATION),
    ),
    record_id=PERSON_ELSEWHERE,
    checks=(_order("discharge_before_admission", "StartDateHospProvSpell", "DischDateHospProvSpell"),),
)

MHS502 = NativeFile(
    name="MHS502.csv",
    columns=(
        hashed("WardStayID", "The provider's id of the ward stay", key=True, required=True),
        hashed("HospProvSpellID", "The spell that the stay is part of", required=True),
        code("WardType", "MENTAL HEALTH WARD TYPE"),
        day("StartDateWardStay", "First day on the ward", required=True),
        day("EndDateWardStay", "Last day on the ward; blank while there"),
    ),
    record_id=PERSON_ELSEWHERE,
    checks=(_order("ward_stay_ends_before_start", "StartDateWardStay", "EndDateWardStay"),),
)

# Fills readiness for discharge of the spell.
MHS518 = NativeFile(
    name="MHS518.csv",
    columns=(
        hashed("HospProvSpellID", "The spell", key=True, required=True),
        day(
            "StartDateClinReadyforDisch", "First day clinically ready for discharge", key=True, required=True
        ),
        day("EndDateClinReadyforDisch", "Last day clinically ready for discharge"),
        code("ClinReadyforDischDelayReason", "CLINICALLY READY FOR DISCHARGE DELAY REASON"),
        code("AttribToIndic", "Delay attributed to: 04 NHS, 05 social care, 06 both", *DELAY_ATTRIBUTION),
    ),
    supporting=True,
)
