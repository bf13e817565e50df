"""Lands one file by what it is: a native CSV file, FHIR NDJSON, or nothing that is declared."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.declare import Format, Severity
from pipeline.landing import quarantine
from pipeline.landing.again import Again
from pipeline.landing.desk import Desk
from pipeline.landing.judged import Judged
from pipeline.landing.manifest import Manifest
from pipeline.landing.messages import land_message, message_of
from pipeline.landing.native import land_native, outcome_of
from pipeline.landing.ndjson import land_ndjson, resource_type_of
from pipeline.landing.outcomes import UNRECOGNISED, Broken, FileOutcome
from pipeline.landing.receive import Received, take_in, taken_in, unrecognised_name


@dataclass(frozen=True, slots=True)
class Extract:
    """One dated folder: the native format that it holds, if any, and its control totals."""

    format: Format | None
    manifest: Manifest


def land_file(desk: Desk, received: Received, extract: Extract) -> FileOutcome:
    """Take in and land one file; its outcome is not yet recorded."""
    if not is_declared(received.name, extract.format):
        return _refuse_unknown(desk, received)
    with taken_in(desk.zones, received, received.name) as copy:
        return land_received(desk, copy, extract)


def land_received(
    desk: Desk, received: Received, extract: Extract, *, again: Again | None = None
) -> FileOutcome:
    """Land the received copy of a file that is declared; with ``again`` only what was refused of it."""
    resource_type = resource_type_of(received.name)
    if resource_type:
        return land_ndjson(desk, received, resource_type, extract.manifest, again=again)
    if message := message_of(received.name):
        return land_message(desk, received, message, extract.manifest)
    if extract.format is None:
        raise ValueError("a file of no format cannot be landed")
    return land_native(
        desk,
        received,
        file=extract.format.file(received.name),
        format_=extract.format,
        manifest=extract.manifest,
        again=again,
    )


def is_declared(name: str, format_: Format | None) -> bool:
    """Whether a file of this name is landed, in a folder of this native format."""
    is_native = format_ is not None and format_.find(name) is not None
    return any((is_native, resource_type_of(name), message_of(name)))


def _refuse_unknown(desk: Desk, received: Received) -> FileOutcome:
    """A file that no declaration names is kept as received, under a name of ours, and not read."""
    rule, said = "unknown_file", "no format of this source has a file of this name"
    if received.problem:
        rule, said = "unreadable_archive", received.problem
    name = unrecognised_name(received)
    received = take_in(desk.zones, received, name)
    judged = Judged(0, 0, (Broken(rule, Severity.FILE, 0),), said)
    desk.con.execute("drop table if exists quarantined")
    quarantine.write(desk.con, desk.zones, received, judged.broken)
    return outcome_of(received, judged, format_name=UNRECOGNISED, name=name)
