"""What is attached to a row that stays out, and so stays out with it.

A row is attached to what it refers to: the contact that it was written in (``encounter``), the encounter that
it is part of, the referral or prescription that it rests on (``basedOn``), the booking that was kept. Of a
contact that stays out the booking stays out too: it is the same event, sent a second time, and would be
published in the contact's place. Otherwise nothing follows the other way round: one restricted entry leaves
the rest of its contact where it is (in hospitals the spell goes whole, :file:`spells.sql`), and a referral
says nothing of what came of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from connectors.fhir import shapes
from pipeline.identity.standardise import fhir_view
from pipeline.zones import Zones

# Element of the row that refers -> resource types that it refers to.
ELEMENTS = {
    "encounter": ("Encounter",),
    "partOf": ("Encounter",),
    "basedOn": ("ServiceRequest", "MedicationRequest", "CarePlan"),
    "episodeOfCare": ("EpisodeOfCare",),
    "appointment": ("Appointment",),
    "referralRequest": ("ServiceRequest",),
}
_LONGEST_CHAIN = 8  # a referral, its contacts, what was written in them ...: longer ones are loops


def find_attached(connection: DuckDBPyConnection, zones: Zones, resources: Sequence[str]) -> None:
    """Add to ``row_reason`` every row that refers, in however many steps, to a row that is in it.

    And the booking of every contact that is in it.
    """
    connection.execute("create or replace temp table newly_out as select * from row_reason")
    for _ in range(_LONGEST_CHAIN):
        parents = _parents(connection, zones, resources)
        if not parents:
            return
        connection.execute(
            "create or replace temp table found_attached "
            "(source varchar, sender varchar, file_id varchar, row bigint, reason varchar)"
        )
        for resource in resources:
            _refer_to(connection, zones, resource, parents)
        if {"Encounter", "Appointment"} <= set(resources):
            _bookings_of(connection, zones)
        connection.execute(
            "create or replace temp table newly_out as select distinct f.* from found_attached as f "
            "anti join row_reason as k using (source, sender, file_id, row, reason)"
        )
        connection.execute("insert into row_reason select * from newly_out")


def _parents(connection: DuckDBPyConnection, zones: Zones, resources: Sequence[str]) -> set[str]:
    """Fill ``parent_out`` with the resources of the rows just found; returns the types that occur."""
    connection.execute(
        "create or replace temp table parent_out "
        "(source varchar, sender varchar, resource varchar, id varchar, reason varchar)"
    )
    if connection.execute("select 1 from newly_out limit 1").fetchone() is None:
        return set()
    referred = {resource for targets in ELEMENTS.values() for resource in targets}
    for resource in sorted(referred & set(resources)):
        fhir_view(connection, "parent_row", zones=zones, resource_type=resource)
        connection.execute(
            f"insert into parent_out select distinct p._source, p._sender, '{resource}', p.id, n.reason "
            "from parent_row as p inner join newly_out as n on n.source = p._source and n.sender = p._sender "
            "and n.file_id = p._file_id and n.row = p._row"
        )
    found = connection.execute("select distinct resource from parent_out").fetchall()
    return {row[0] for row in found}


def _refer_to(connection: DuckDBPyConnection, zones: Zones, resource: str, parents: set[str]) -> None:
    elements = [
        name
        for name, targets in ELEMENTS.items()
        if name in shapes.SHAPES[resource] and parents.intersection(targets)
    ]
    if not elements:
        return
    fhir_view(connection, "child_row", zones=zones, resource_type=resource)
    for name in elements:
        kind = shapes.SHAPES[resource][name]
        if kind not in (shapes.REFERENCE, shapes.REFERENCE + "[]"):
            continue
        key = (
            f"unnest(list_transform({name}, lambda r: reference_key(r)))"
            if kind.endswith("[]")
            else (f"reference_key({name})")
        )
        connection.execute(f"""
insert into found_attached
select c._source, c._sender, c._file_id, c._row, p.reason
from (
    select _source, _sender, _file_id, _row, {key} as parent_key from child_row where {name} is not null
) as c
inner join parent_out as p
    on p.source = c._source and p.sender = c._sender and p.resource || '/' || p.id = c.parent_key""")


def _bookings_of(connection: DuckDBPyConnection, zones: Zones) -> None:
    """The appointments that the contacts just found kept."""
    fhir_view(connection, "contact_row", zones=zones, resource_type="Encounter")
    fhir_view(connection, "booking_row", zones=zones, resource_type="Appointment")
    connection.execute("""
insert into found_attached
select b._source, b._sender, b._file_id, b._row, c.reason
from (
    select n.source, n.sender, n.reason,
        unnest(list_transform(e.appointment, lambda r: reference_key(r))) as booking_key
    from contact_row as e
    inner join newly_out as n on n.source = e._source and n.sender = e._sender
        and n.file_id = e._file_id and n.row = e._row
    where e.appointment is not null
) as c
inner join booking_row as b
    on b._source = c.source and b._sender = c.sender and 'Appointment/' || b.id = c.booking_key""")
