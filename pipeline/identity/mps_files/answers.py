"""A site that has the national service uses its answers: ask for them, keep them, trace by them.

An answer holds for the record as it was asked about; once the record changes, our own trace speaks again
until the service is asked anew. Kept answers are used by every later run, in the place of our own.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import values_hidden
from pipeline.errors import SetupError
from pipeline.identity.mps_files.request import write_request
from pipeline.identity.mps_files.response import read_response, use_answers
from pipeline.identity.standardise import define_macros
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import Settings

_ASKED = """
create or replace temp view record_to_trace as
select * from vault.record where not is_test and {which}
"""
_NOT_FOUND_BY_NUMBER = "link_step not in ('registered', 'cross_check')"
_KEEP = """
delete from vault.mps_answer as a using mps_answer as m
where a.record_key = m.record_key and a.content_hash = m.content_hash;
insert into vault.mps_answer by name from mps_answer;
"""
_CURRENT = """
create or replace temp table mps_answer as
select a.*
from vault.mps_answer as a
semi join record_known as k on k.record_key = a.record_key and k.content_hash = a.content_hash
"""
_JOIN = Path(__file__).with_name("joined.sql")


def ask_national(
    settings: Settings, path: Path, *, everyone: bool = False, with_local_id: bool = False
) -> int:
    """Write the request for the records that the last linking did not find by number and birth date.

    ``everyone``: for all records, so that the national service decides every one of them. Returns how many
    are asked about. Raises :class:`SetupError` where nothing was linked yet.
    """
    with open_vault(settings, load_keys(settings)) as connection, values_hidden("national trace request"):
        last = connection.execute(
            "select run_id from vault.linking where not is_rolled_back order by seq desc limit 1"
        ).fetchone()
        if last is None:
            raise SetupError("nothing was linked yet: run a night first")
        define_macros(connection)
        connection.execute(_ASKED.format(which="true" if everyone else _NOT_FOUND_BY_NUMBER))
        return write_request(connection, path, run_id=str(last[0]), with_local_id=with_local_id)


def keep_answers(settings: Settings, path: Path) -> int:
    """Read a response and keep its answers for the runs to come; returns how many.

    Raises :class:`InputRefusedError` as :func:`read_response` does; nothing of a refused file is kept.
    """
    with open_vault(settings, load_keys(settings)) as connection:
        define_macros(connection)
        connection.execute("set variable allow_synthetic_numbers = ?", [settings.allow_synthetic_numbers])
        answers = read_response(connection, path)
        with values_hidden("national trace response"):
            connection.execute(f"begin; {_KEEP} commit;")
    return answers


def trace_by_answers(connection: DuckDBPyConnection) -> int:
    """Put kept answers that still hold in the place of ours in ``trace_result``; returns how many.

    Needs ``record_known`` and ``person_index``; builds ``mps_answer``, those that hold.
    """
    with values_hidden("national trace response"):
        connection.execute(_CURRENT)
    return use_answers(connection)


def join_by_answers(connection: DuckDBPyConnection) -> None:
    """What the answers say of the residue: to ``bucket_pair``, records of one MPS_ID; ``national_record``.

    ``national_record`` (columns of identity_record, matched_number): records whose answer is a number that
    nobody of the index holds, so that others who give that number are compared with them.
    """
    with values_hidden("national trace response"):
        connection.execute(_JOIN.read_text(encoding="utf-8"))
