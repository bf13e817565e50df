"""Short ways to declare a column: one function a kind of content, so that a file reads as a table."""

from __future__ import annotations

from typing import TypedDict, Unpack

from connectors.declare import Column, Handling, Kind, Severity


class Flags(TypedDict, total=False):
    """The flags of :class:`connectors.declare.Column` that a declaration may set."""

    key: bool
    optional: bool
    required: bool
    on_unknown: Severity
    on_malformed: Severity


def identifier(name: str, meaning: str, kind: Kind = Kind.TEXT, **flags: Unpack[Flags]) -> Column:
    """A clear identifier: read for linking only."""
    return Column(name=name, kind=kind, handling=Handling.IDENTIFIER, meaning=meaning, **flags)


def hashed(name: str, meaning: str, **flags: Unpack[Flags]) -> Column:
    """A sender's key: leaves as a keyed hash."""
    return Column(name=name, kind=Kind.TEXT, handling=Handling.PSEUDONYMISE, meaning=meaning, **flags)


def coarser(name: str, meaning: str, kind: Kind, **flags: Unpack[Flags]) -> Column:
    """A value that leaves generalised: birth date to month, postcode to area."""
    return Column(name=name, kind=kind, handling=Handling.GENERALISE, meaning=meaning, **flags)


def code(name: str, meaning: str, *values: str, **flags: Unpack[Flags]) -> Column:
    """A coded value, kept; ``values`` are the codes that the sender may use (none: any)."""
    return Column(
        name=name, kind=Kind.CODE, handling=Handling.KEEP, meaning=meaning, values=frozenset(values), **flags
    )


def kept(name: str, meaning: str, kind: Kind, **flags: Unpack[Flags]) -> Column:
    """A date, time or number, kept as it is."""
    return Column(name=name, kind=kind, handling=Handling.KEEP, meaning=meaning, **flags)


def day(name: str, meaning: str, **flags: Unpack[Flags]) -> Column:
    """A date, kept."""
    return kept(name, meaning, Kind.DATE, **flags)


def dropped(name: str, meaning: str, kind: Kind = Kind.TEXT, **flags: Unpack[Flags]) -> Column:
    """A value that no product needs: never leaves."""
    return Column(name=name, kind=kind, handling=Handling.DROP, meaning=meaning, **flags)


def free_text(name: str, meaning: str, **flags: Unpack[Flags]) -> Column:
    """Words that people type: never leave."""
    return Column(name=name, kind=Kind.TEXT, handling=Handling.FREE_TEXT, meaning=meaning, **flags)
