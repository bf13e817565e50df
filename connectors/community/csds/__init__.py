"""Community Services Data Set v1.6: a submission is one provider's reporting period, a later one replaces it.

Identifiers are unique only inside a provider. Source: NHS England CSDS technical output specification.
"""

from __future__ import annotations

from connectors.community.csds.contacts import CYP201, CYP202
from connectors.community.csds.people import CYP000, CYP001, CYP002
from connectors.community.csds.referrals import CYP101, CYP102
from connectors.declare import Format, Mode

FORMAT = Format(
    name="csds",
    recognised_by=("CYP000.csv",),
    mode=Mode.SNAPSHOT,
    files=(CYP000, CYP001, CYP002, CYP101, CYP102, CYP201, CYP202),
    period=("CYP000.csv", ("OrgID_Provider", "RP_StartDate")),
    required_files=("CYP000.csv",),
    dates="iso",
)
