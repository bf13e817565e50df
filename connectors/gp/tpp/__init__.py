"""TPP SystmOne strategic reporting extract: deltas of many practices, integer keys, tombstones.

Column names and order as Endeavour Health's public transforms list them. A practice's rows arrive only
where it has made them visible to the receiving organisation.
"""

from __future__ import annotations

from connectors.declare import Format, Mode
from connectors.gp.tpp import people, record

FORMAT = Format(
    name="tpp",
    recognised_by=("SRPatient.csv",),
    mode=Mode.DELTA,
    dates="tpp",
    files=(*people.FILES, *record.FILES),
)
