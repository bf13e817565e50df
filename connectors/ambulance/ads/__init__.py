"""Incidents of an emergency ambulance trust: one row a patient of an incident, from its dispatch system
and its electronic patient record.

Trusts submit the national Ambulance Data Set as messages; to their commissioners they send an extract. Its
items are those of the NHS Data Model and Dictionary (patch 1771, Ambulance Definitions) and of the Ambulance
Quality Indicators (NHS England, AmbSYS), and are spelt as the emergency care data set spells the same items.
"""

from __future__ import annotations

from connectors.ambulance.ads.incident import incident_columns
from connectors.ambulance.ads.patient import PATIENT_OF_INCIDENT, patient_columns
from connectors.ambulance.ads.timings import in_order, timing_columns
from connectors.declare import Format, Mode, NativeFile, RowCheck, Severity

INCIDENT = NativeFile(
    name="AmbulanceIncident.csv",
    columns=(*incident_columns(), *patient_columns(), *timing_columns()),
    record_id=PATIENT_OF_INCIDENT,
    deleted_when="\"UpdateType\" = '1'",
    checks=(
        *in_order(),
        RowCheck(
            rule_id="born_after_the_call",
            column="DateOfBirth",
            severity=Severity.WARNING,
            predicate='"DateOfBirth" > "CallConnectDateTime"::date',
            meaning="Date of birth is after the call",
        ),
        RowCheck(
            rule_id="conveyed_without_a_destination",
            column="DestinationSiteCode",
            severity=Severity.WARNING,
            predicate='"IncidentOutcome" = \'See and convey to ED\' and "DestinationSiteCode" is null',
            meaning="The patient was taken to an emergency department, and the row does not say to which",
        ),
        RowCheck(
            rule_id="heard_and_treated_at_a_scene",
            column="IncidentOutcome",
            severity=Severity.WARNING,
            predicate='"IncidentOutcome" = \'Hear and treat\' and "FirstArrivalAtSceneDateTime" is not null',
            meaning="A call that was closed by telephone has an arrival at the scene",
        ),
    ),
)

FORMAT = Format(
    name="ads",
    recognised_by=("AmbulanceIncident.csv",),
    mode=Mode.DELTA,
    files=(INCIDENT,),
    required_files=("AmbulanceIncident.csv",),
    dates="iso",
)
