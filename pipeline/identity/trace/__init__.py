"""Which person a record is about, step by step; the first step that succeeds decides.

=======================  ============  ===================================================================
step                     confidence    the record
=======================  ============  ===================================================================
``registered``           100           of a GP, itself the evidence for who holds its number
``cross_check``          100           agrees in NHS number and whole birth date with a GP record
``number_founded``       100           agrees so with the person founded on a number that no GP knows
``birth_date_conflict``  0             has a known number but another birth date: a person of its own
``unmatched``            0             has no usable number, or no whole birth date: a person of its own
=======================  ============  ===================================================================

The order and the cross-check follow the Master Person Service (NHS England, Person_ID Handbook).
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

STEPS = ("registered", "cross_check", "number_founded", "birth_date_conflict", "unmatched")

_CROSS_CHECK = Path(__file__).with_name("cross_check.sql")


def trace(connection: DuckDBPyConnection) -> None:
    """Build ``person_index`` and ``linked_record`` from ``identity_record``, within a ``keyed`` block."""
    connection.execute(_CROSS_CHECK.read_text(encoding="utf-8"))
