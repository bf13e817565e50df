"""What a sent NHS number is worth: one outcome code for every value.

=====================  ==========================================================================
``missing``            nothing was sent
``not_10_digits``      something other than ten digits (spaces and hyphens do not count)
``bad_check_digit``    the modulus 11 check fails (NHS Data Dictionary, NHS NUMBER)
``disallowed_pattern`` on NHS England's reject list: 0000000000, 1111111111 ..., 1000000001 ...
``test_range``         begins with 9: never issued; may identify a synthetic person outside production
``non_england_range``  of another registry (Scotland, Northern Ireland, Ireland) or never to be issued
``superseded``         replaced by another number
``valid_untraced``     usable, not said to be verified against the Personal Demographics Service
``valid_traced``       usable, sent with verification status 01 (number present and verified)
=====================  ==========================================================================

The rules are SQL macros, in :file:`nhs_number.sql`, so that they run over whole tables.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

OUTCOMES = (
    "missing",
    "not_10_digits",
    "bad_check_digit",
    "disallowed_pattern",
    "test_range",
    "non_england_range",
    "superseded",
    "valid_untraced",
    "valid_traced",
)

_MACROS = Path(__file__).with_name("nhs_number.sql")


def define_macros(connection: DuckDBPyConnection) -> None:
    """Define ``nhs_number_digits`` and ``nhs_number_outcome`` on ``connection``."""
    connection.execute(_MACROS.read_text(encoding="utf-8"))
