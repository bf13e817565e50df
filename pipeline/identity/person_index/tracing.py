"""The trace of what changed: the index's rows of the numbers concerned, then the records that these touch."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.mps_files import trace_by_answers
from pipeline.identity.person_index.history import PERSON_INDEX, columns_of, require_table
from pipeline.identity.person_index.near import bring_near, take_near
from pipeline.identity.person_index.night import narrow
from pipeline.identity.trace import build_index, trace

_OF_NUMBER = "from record_known_near where traceable_number in (select nhs_number from number_wanted)"
_FOLDER = Path(__file__).parent


def build_changed_index(connection: DuckDBPyConnection) -> None:
    """Build the rows of the person index that changed, and the view ``person_index`` as it will be.

    Temp tables: ``index_fresh``, ``index_gone``, ``index_changed`` (each row as it was and as it is).
    """
    connection.execute((_FOLDER / "number_wanted.sql").read_text(encoding="utf-8"))
    take_near(connection)
    narrow(connection, "record_of_number", _OF_NUMBER)
    build_index(connection)
    require_table(connection, PERSON_INDEX, "index_built")
    columns = columns_of(connection, "index_built")
    connection.execute((_FOLDER / "index.sql").read_text(encoding="utf-8").format(columns=columns))


def trace_changed(connection: DuckDBPyConnection) -> None:
    """Build ``trace_result`` of every record whose trace may differ from last night's.

    These are the records that changed, those whose number's row of the index did, all that a person
    decided about or the national service answered, and of those that were not found by number and birth
    date the ones that a changed row of the index could be a candidate for.
    """
    connection.execute((_FOLDER / "trace_wanted.sql").read_text(encoding="utf-8"))
    bring_near(connection, "trace_wanted")
    narrow(connection, "record_to_trace", "from record_known_near semi join trace_wanted using (record_key)")
    trace(connection)
    trace_by_answers(connection)
