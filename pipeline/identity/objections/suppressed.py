"""Whose data was decided to stay out: consent withdrawn, or deleted.

A decision is kept as keyed hashes of its subjects (an NHS number, or a record of a sender), so that the list
of those who want to be forgotten is no list of people, and the next feed still does not bring them back.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.keyed_hash import keyed
from pipeline.keys import PERSON_ID, KeyRing

_SQL = Path(__file__).with_name("suppressed.sql")
MACROS = """
create or replace temp macro subject_of_number(number) as keyed_hash('subject|v1|number|' || number);
create or replace temp macro subject_of_record(source, sender, record_id) as
    keyed_hash('subject|v1|record|' || source || '|' || sender || '|' || record_id);
"""
_NONE = """
create or replace temp table suppressed_record
    (source varchar, sender varchar, record_id varchar, person_id varchar, act varchar);
create or replace temp table suppressed_person (person_id varchar, act varchar);
"""


def find_suppressed(connection: DuckDBPyConnection, keys: KeyRing) -> None:
    """Build ``suppressed_person`` (person_id, act) and ``suppressed_record`` (source, sender, record_id,
    person_id, act) on a connection with the vault.

    ``act`` is ``deleted`` or ``consent_withdrawn``. The whole of a person is in it whose established number
    or any of whose records is a subject. Of others only the record that bears a subject's number: it may be
    the subject's under a wrong birth date, or a mistyped number of somebody else.
    """
    if connection.execute("select 1 from vault.subject_decision limit 1").fetchone() is None:
        connection.execute(_NONE)
        return
    with keyed(connection, keys.key(PERSON_ID)):
        connection.execute(MACROS)
        connection.execute(_SQL.read_text(encoding="utf-8"))
