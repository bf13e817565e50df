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
delete from vault.mps_answer where record_key in (select record_key from mps_answer);
insert into vault.mps_answer by name
select a.*, m.content_hash from mps_answer as a inner join vault.mps_reference as m using (record_key);
"""
_CURRENT = """
create or replace temp table mps_answer as
select a.* exclude (content_hash)
from vault.mps_answer as a
semi join record_known as k on k.record_key = a.record_key and k.content_hash = a.content_hash
"""


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
    """Put kept answers that still hold in the place of ours in ``trace_result``; returns how many."""
    with values_hidden("national trace response"):
        connection.execute(_CURRENT)
    return use_answers(connection)
