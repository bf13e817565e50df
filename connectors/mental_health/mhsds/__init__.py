"""Mental Health Services Data Set v6: a submission is one provider's period, a later one replaces it.

Identifiers are unique only inside a provider. Source: NHS England MHSDS technical output specification.
"""

from __future__ import annotations

from connectors.declare import Format, Mode
from connectors.mental_health.mhsds.hospital import MHS501, MHS502, MHS518
from connectors.mental_health.mhsds.people import MHS000, MHS001, MHS002
from connectors.mental_health.mhsds.referrals import MHS101, MHS102, MHS201, MHS604

FORMAT = Format(
    name="mhsds",
    recognised_by=("MHS000.csv",),
    mode=Mode.SNAPSHOT,
    files=(MHS000, MHS001, MHS002, MHS101, MHS102, MHS201, MHS501, MHS502, MHS518, MHS604),
    period=("MHS000.csv", ("OrgIDProvider", "ReportingPeriodStartDate")),
    required_files=("MHS000.csv",),
    dates="iso",
)
