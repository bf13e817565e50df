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
_SUBJECTS = """
create or replace temp table subject_former as
select v.number, v.source, v.sender, v.record_id, v.subject_hash
from (
    select distinct nhs_number as number, null as source, null as sender, null as record_id,
        subject_of_number(nhs_number) as subject_hash
    from (
        select nhs_number from vault.person
        union
        select unnest([nhs_number, traceable_number]) from vault.record
    )
    where nhs_number is not null
    union all
    select null, source, sender, record_id, subject_of_record(source, sender, record_id) from vault.record
) as v
where v.subject_hash in (select subject_hash from subject_decision_now)
"""
_NOW = """
create or replace temp table subject_decision_now as
select d.* replace (coalesce(f.now_hash, d.subject_hash) as subject_hash)
from subject_decision_now as d
left join (
    select subject_hash,
        coalesce(subject_of_number(number), subject_of_record(source, sender, record_id)) as now_hash
    from subject_former
) as f using (subject_hash)
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
    _translate(connection, keys)
    with keyed(connection, keys.key(PERSON_ID)):
        connection.execute(MACROS)
        connection.execute(_SQL.read_text(encoding="utf-8"))


def _translate(connection: DuckDBPyConnection, keys: KeyRing) -> None:
    """Build ``subject_decision_now``: the decisions, each of a subject that is known under the key of now.

    A root may have been replaced since a decision: of whom there is a record again, the subject is recognised
    under the former key, so that of all decisions about one subject the latest counts.
    """
    connection.execute("create or replace temp table subject_decision_now as from vault.subject_decision")
    for former in keys.former(PERSON_ID):
        with keyed(connection, former):
            connection.execute(MACROS)
            connection.execute(_SUBJECTS)
        with keyed(connection, keys.key(PERSON_ID)):
            connection.execute(MACROS)
            connection.execute(_NOW)
