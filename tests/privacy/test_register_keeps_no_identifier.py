"""A marker in every column that may not leave: in no kept value of any entity, for every source and format.

The generalised and hashed columns are left out: they are worked out from identifiers on purpose, and their
own tests show what becomes of them.
"""

from __future__ import annotations

import json

import pytest

from connectors import registry
from connectors.declare import Column, Handling, Kind, NativeFile
from connectors.register import entities
from tests.mapping_harness import map_rows
from tests.projection_harness import project

MARKER = "qzxmarker"
MAY_NOT_LEAVE = (Handling.IDENTIFIER, Handling.DROP, Handling.FREE_TEXT)
FORMATS = [(word, format_.name) for word, source in registry.SOURCES.items() for format_ in source.formats]
SAMPLES = {
    Kind.DATE: "2026-01-05",
    Kind.DATETIME: "2026-01-05T10:00:00",
    Kind.TIME: "10:00:00",
    Kind.INTEGER: "1",
    Kind.DECIMAL: "1.5",
    Kind.BOOLEAN: "true",
}


@pytest.mark.parametrize(("source", "format_name"), FORMATS)
def test_no_marker_is_kept(source: str, format_name: str) -> None:
    for variant in _variants(source, format_name):
        kept = {
            (name, column.name): str(row[column.name])
            for name, rows in project(source, format_name, variant).items()
            for row in rows
            for column in entities()[name].columns
            if (column.handling is Handling.KEEP or column.generalise == "newborn_day")
            and row[column.name] is not None
        }
        assert len(kept) > 10
        assert not [where for where, value in kept.items() if MARKER in value.lower()]


@pytest.mark.parametrize(("source", "format_name"), FORMATS)
def test_the_markers_reach_the_identifiable_zone(source: str, format_name: str) -> None:
    """Else the test above would pass on rows that carry nothing."""
    variant = _variants(source, format_name)[0]
    patients = json.dumps(map_rows(source, format_name, variant)["Patient"]).lower()
    assert patients.count(MARKER) >= 3


def _variants(source: str, format_name: str) -> list[dict[str, list[dict[str, str | None]]]]:
    """One row a file; for social care one extract an event type, as that decides the resource."""
    files = registry.format_named(source, format_name).files
    events = ("Request", "Assessment", "Service", "Review") if source == "social_care" else (None,)
    return [{file.stem: [_row(file, event)] for file in files} for event in events]


def _row(file: NativeFile, event: str | None) -> dict[str, str | None]:
    row = {column.name: _value(column) for column in file.columns}
    return row | {"Event Type": event} if event else row


def _value(column: Column) -> str | None:
    if column.name in ("EndDate_GMPReg", "EndDateGMPRegistration", "WithheldIdentityReason"):
        return None
    if column.kind in SAMPLES:
        return SAMPLES[column.kind]
    if column.handling in MAY_NOT_LEAVE:
        # Numbers of people must agree between files, so that the rows are about one person.
        return f"{MARKER} person" if "Patient" in column.name else f"{MARKER} {column.name}"
    if column.values:
        return "5" if "5" in column.values else min(column.values)
    return "1"
