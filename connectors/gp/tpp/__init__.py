"""TPP SystmOne strategic reporting extract: deltas of many practices, integer keys, tombstones.

Column names and order as Endeavour Health's public transforms list them. A practice's rows arrive only
where it has made them visible to the receiving organisation.
"""

from __future__ import annotations

from connectors.declare import Format, Listing, Mode
from connectors.gp.tpp import people, record

FORMAT = Format(
    name="tpp",
    recognised_by=("SRPatient.csv",),
    mode=Mode.DELTA,
    dates="tpp",
    listing=Listing(file="SRManifest.csv", name_column="FileName", whole_when='not "IsDelta"'),
    files=(*people.FILES, *record.FILES),
)
