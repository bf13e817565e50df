"""Adult Social Care Client Level Data, release 1: one row an event, one file a submission.

Submissions cover a rolling year and overlap; the latest extract wins for each event. Source: DHSC and
Arden & GEM CSU, Client Level Data specification; event keys: NHS England, Central Transformation Principles.
"""

from __future__ import annotations

from connectors.declare import Format, Mode, NativeFile, RowCheck, Severity
from connectors.social_care.cld.events import event_columns
from connectors.social_care.cld.people import person_columns

CLD = NativeFile(
    name="CLD.csv",
    columns=(*person_columns(), *event_columns()),
    record_id='"LA Person Unique Identifier"',
    order_by='"Reporting Period End Date"',
    checks=(
        RowCheck(
            rule_id="event_ends_before_start",
            column="Event End Date",
            severity=Severity.WARNING,
            predicate='"Event End Date" < "Event Start Date"',
            meaning="Event End Date is before Event Start Date",
        ),
        RowCheck(
            rule_id="open_event_not_a_service",
            column="Event End Date",
            severity=Severity.WARNING,
            predicate='"Event Type" <> \'Service\' and "Event End Date" is null',
            meaning="Only a service may be open-ended; other events are sent once they are complete",
        ),
        RowCheck(
            rule_id="negative_cost",
            column="Unit Cost",
            severity=Severity.WARNING,
            predicate='"Unit Cost" < 0',
            meaning="Unit Cost is below zero; it is kept as sent and made positive when costed",
        ),
        RowCheck(
            rule_id="service_without_type",
            column="Service Type",
            severity=Severity.WARNING,
            predicate='"Event Type" = \'Service\' and "Service Type" is null',
            meaning="A service does not say of which type it is",
        ),
    ),
)

FORMAT = Format(
    name="cld",
    recognised_by=("CLD.csv",),
    mode=Mode.SNAPSHOT,
    files=(CLD,),
    period=("CLD.csv", ("LA Code", "Reporting Period Start Date", "Reporting Period End Date")),
    required_files=("CLD.csv",),
    dates="iso",
)
