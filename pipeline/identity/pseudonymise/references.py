"""References to rows that stay out of a product: they are cut, whoever's row holds them.

A person who changed practice may have prescriptions at the new one that rest on a record of the old one.
Where that practice does not share, its rows are out, and what is left must not name them, not even by a key.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from pipeline.identity.eligibility.attached import ELEMENTS
from pipeline.identity.standardise import fhir_view
from pipeline.zones import Zones

_WITHHELD = """
insert into withheld_reference
select f._source || '|' || f._sender || '|{resource}/' || f.id
from referred_row as f
left join kept_record as k on k.source = f._source and k.sender = f._sender and k.record_id = f._record_id
left join row_eligibility as w
    on w.source = f._source and w.sender = f._sender and w.file_id = f._file_id and w.row = f._row
where f._record_id is not null and (k.record_id is null or w.row is not null)
"""


def find_withheld(connection: DuckDBPyConnection, zones: Zones) -> None:
    """Build ``withheld_reference`` (message): rows that others refer to and that are not in the product.

    A message is what a row's key is hashed from. Needs ``kept_record`` and ``row_eligibility``.
    """
    connection.execute("create or replace temp table withheld_reference (message varchar)")
    for resource in sorted({target for targets in ELEMENTS.values() for target in targets}):
        fhir_view(connection, "referred_row", zones=zones, resource_type=resource)
        connection.execute(_WITHHELD.format(resource=resource))
