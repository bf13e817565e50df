"""Which person of the index a record is about, by the rules of NHS England's Master Person Service.

The first step that succeeds decides (Person_ID Handbook, NHS England, February 2024):

================  ==========  =========================================================================
step              confidence  the record
================  ==========  =========================================================================
``registered``    100         of a GP: its number and birth date are the index's own
``cross_check``   100         agrees in number and birth date; or in number, birth date in part, and name
                              (outcode where a name is missing)
``alphanumeric``  100         agrees, with one person only, in all the demographics that it gives
``algorithmic``   0 to 100    scores best of the people who share a block of demographics with it
================  ==========  =========================================================================

What none of them finds has no number: the residue. Where this departs from the national rules is in
:class:`TraceRules`.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import has_rows
from pipeline.identity.trace.rules import TraceRules

__all__ = ["MACROS", "STEPS", "TraceRules", "bucket", "build_index", "trace"]

STEPS = ("registered", "cross_check", "alphanumeric", "algorithmic")

_ROOM = Path(__file__).parent
MACROS = ("comparing.sql", "guards.sql")
_INDEX = ("index/holder.sql", "index/current.sql", "index/former.sql", "index/built.sql")
_FIRST = ("refused.sql", "cross_check.sql", "found.sql")
_STEPS = (
    "partial.sql",
    "sounds.sql",
    "alphanumeric.sql",
    "algorithmic.sql",
    "scores.sql",
    "ranking.sql",
    "candidates.sql",
    "result.sql",
)


def build_index(connection: DuckDBPyConnection) -> None:
    """Build ``index_built`` from ``record_of_number``: all records that give one of the numbers looked at.

    One row a number that is established: held by a GP record that is no test record, or verified by any
    sender. Columns: nhs_number, birth_date, is_from_gp, is_verified, gender, family_name, given_name,
    other_given_name, family_folded, given_folded, given_root, postcode, outcode, practice_code,
    death_date, is_restricted, and the lists former_names (family_name, given_name, other_given_name),
    former_family_names, former_given_names (both folded), former_postcodes.
    """
    for name in (*MACROS, *_INDEX):
        _run(connection, name)


def trace(connection: DuckDBPyConnection, rules: TraceRules | None = None) -> None:
    """Build ``trace_result`` from ``record_to_trace`` (identity records) and ``person_index``.

    One row a record: record_key, link_step and matched_number (null where nobody was found),
    link_confidence (0 to 100), score_family, score_given, score_birth_date, score_gender,
    score_postcode (0 to 100; null for the exact cross-check and for what the record lacks), code
    (00, 90, 91, 92, 96, 97, 98) and candidates. And ``trace_candidate`` (record_key, nhs_number, score): each
    of the several close matches of code 97. Needs the macros and ``nickname_of_gender`` of standardise.
    """
    (rules or TraceRules()).bind(connection)
    for name in (*MACROS, *_FIRST):
        _run(connection, name)
    for name in _STEPS if has_rows(connection, "untraced_record") else ():
        _run(connection, name)


def bucket(connection: DuckDBPyConnection) -> None:
    """Build ``bucket_pair`` (left_key, right_key): records of ``residue_known`` that the MPS bucket joins."""
    _run(connection, "bucket.sql")


def _run(connection: DuckDBPyConnection, name: str) -> None:
    connection.execute((_ROOM / name).read_text(encoding="utf-8"))
