"""What came, changed or went since the last linking, standardised: ``identity_record`` holds only that."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.person_index.history import RECORD, columns_of, require_table
from pipeline.identity.person_index.night import Night
from pipeline.identity.standardise import (
    choose_rows,
    define_macros,
    fhir_view,
    read_registrations,
    standardise_rows,
)
from pipeline.identity.standardise.supersession import accept, follow, learn
from pipeline.zones import Zones

_CHANGES = Path(__file__).with_name("changes.sql")
_NOW = Path(__file__).with_name("patient_now.sql")
_SUPERSESSION = Path(__file__).with_name("supersession.sql")
_ROWS = """
select
    record_key, row_hash, _source, _sender, _record_id, id, _extract_date, _file_id, _row, identifier, name,
    birthDate, gender, address, generalPractitioner, deceasedDateTime, meta
"""
_NEW = f"{_ROWS} from patient_unread"
# A sender's rows lie in the order of its extracts: what came on other days is not read at all.
_MAY_BE_NEW = (
    "select l.* from landed_patient as l semi join patient_unknown as u "
    "on u._said_hash = l._said_hash where {dated}"
)


def find_changes(connection: DuckDBPyConnection, night: Night) -> None:
    """Build ``identity_record`` of new and changed Patients, ``record_gone`` and the view ``record_known``.

    A Patient has changed where anything it says, its registration, or what its number was replaced by has.
    ``record_known`` has the columns of ``identity_record`` for every record there is tonight.
    """
    zones = Zones(night.settings.home)
    define_macros(connection)
    fhir_view(connection, "landed_patient", zones=zones, resource_type="Patient")
    fhir_view(connection, "registration_row", zones=zones, resource_type="EpisodeOfCare", source="gp")
    read_registrations(connection)
    connection.execute(_CHANGES.read_text(encoding="utf-8"))
    now = _NOW.read_text(encoding="utf-8")
    connection.execute(now.format(name="patient_now", landed="landed_patient"))
    connection.execute(now.format(name="patient_unread", landed=f"({_may_be_new(connection)})"))
    _take_changed(connection, night)
    connection.execute("create or replace temp view patient_row as select * from patient_changed")
    choose_rows(connection)
    learn(connection)
    connection.execute(_SUPERSESSION.read_text(encoding="utf-8"))
    _look_again_at_replaced_numbers(connection)
    standardise_rows(connection)
    _view_of_known(connection)


def _may_be_new(connection: DuckDBPyConnection) -> str:
    rows = connection.execute("select distinct _extract_date from patient_unknown order by all").fetchall()
    days = ", ".join(f"date '{day}'" for (day,) in rows if day) or "null"
    dated = f"l._extract_date in ({days})" if (None,) not in rows else "true"
    return _MAY_BE_NEW.format(dated=dated)


def _take_changed(connection: DuckDBPyConnection, night: Night) -> None:
    """``patient_changed``: what standardising reads of the changed Patients; ``patient_hash``: their hashes.

    Where everything is linked the rows are not copied, and the hashes kept instead.
    """
    kind, rows = ("view", "from landed_patient") if night.everything else ("table", _NEW)
    connection.execute(f"create or replace temp {kind} patient_changed as {rows}")
    # Of a record that came twice and said the same both times, both rows may be among the changed.
    once = "view patient_hash as select distinct record_key, row_hash from patient_changed"
    each = "table patient_hash as select record_key, row_hash from patient_now"
    connection.execute(f"create or replace temp {each if night.everything else once}")


def _look_again_at_replaced_numbers(connection: DuckDBPyConnection) -> None:
    """Standardise records too whose own number is replaced by another one, or by none, since last night.

    Who holds a number decides whether it was replaced: another holder changes what others' numbers lead to.
    """
    accept(connection, "supersession_before", said="superseding_before", holder="number_holder_before")
    follow(connection, "supersession_before")
    connection.execute("create or replace temp table current_number_before as from current_number")
    accept(connection, "supersession", said="superseding_known", holder="number_holder")
    follow(connection, "supersession")
    connection.execute(
        "create or replace temp table number_refollowed as "
        "(from current_number except from current_number_before) union all "
        "(from current_number_before except from current_number)"
    )
    connection.execute(
        "create or replace temp table row_again as select row_hash from vault.record "
        "where nhs_number in (select old_number from number_refollowed) and not getvariable('everything')"
    )
    again = connection.execute("select count(*) from row_again").fetchone()
    if again and again[0]:
        connection.execute(
            f"insert into patient_changed {_ROWS} from patient_now semi join row_again using (row_hash)"
        )
        choose_rows(connection)


def _view_of_known(connection: DuckDBPyConnection) -> None:
    require_table(connection, RECORD, "identity_record")
    columns = columns_of(connection, "identity_record")
    connection.execute(
        f"create or replace temp view record_known as select {columns} from vault.record "
        "anti join record_gone using (record_key) anti join identity_record using (record_key) "
        f"union all select {columns} from identity_record"
    )
