"""EMIS Web bulk extract: nightly deltas of many practices, GUID keys, dictionaries apart.

Column names and order as Endeavour Health's public transforms list them, misspelt ones included.
"""

from __future__ import annotations

from connectors.declare import Format, Mode
from connectors.gp.emis import admin, appointments, care_record, coding, prescribing

FORMAT = Format(
    name="emis",
    recognised_by=("Admin_Patient.csv",),
    mode=Mode.DELTA,
    dates="iso",
    files=(*admin.FILES, *care_record.FILES, *prescribing.FILES, *appointments.FILES, *coding.FILES),
)
