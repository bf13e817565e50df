"""Write a block's rows into the files of every delivery, as parts to be joined later."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from synthetic.plan import Delivery
from synthetic.rows import Rows
from synthetic.senders import lookups
from synthetic.span import Span
from synthetic.world import World

FILES: dict[str, tuple[str, ...]] = {
    "emis": (
        "Agreements_SharingOrganisation",
        "Admin_Organisation",
        "Admin_UserInRole",
        "Admin_Patient",
        "CareRecord_Consultation",
        "CareRecord_Observation",
        "CareRecord_Problem",
        "Prescribing_DrugRecord",
        "Prescribing_IssueRecord",
        "Appointment_Session",
        "Appointment_Slot",
        "Coding_ClinicalCode",
        "Coding_DrugCode",
    ),
    "tpp": (
        "SRManifest",
        "SROrganisation",
        "SRPatient",
        "SRPatientRegistration",
        "SRPatientAddressHistory",
        "SREvent",
        "SRCode",
        "SRPrimaryCareMedication",
        "SRAppointment",
    ),
    "sus": ("APC", "OP", "ECDS"),
    "csds": ("CYP000", "CYP001", "CYP002", "CYP101", "CYP102", "CYP201", "CYP202"),
    "mhsds": (
        "MHS000",
        "MHS001",
        "MHS002",
        "MHS101",
        "MHS102",
        "MHS201",
        "MHS501",
        "MHS502",
        "MHS518",
        "MHS604",
    ),
    "cld": ("CLD",),
    "ads": ("AmbulanceIncident",),
}
"""Files of each format; each has a SELECT of the same name beside this module."""
OF_NO_BLOCK = frozenset(
    {
        "Agreements_SharingOrganisation",
        "Admin_Organisation",
        "Admin_UserInRole",
        "Appointment_Session",
        "Coding_ClinicalCode",
        "Coding_DrugCode",
        "SRManifest",
        "SROrganisation",
        "CYP000",
        "MHS000",
    }
)
"""Files about organisations, dictionaries and headers: written with the first block only."""
PREPARED_BY = {"sus": "identity", "csds": "period", "mhsds": "period"}


@cache
def query(format_name: str, name: str) -> str:
    """Text of one query."""
    return files("synthetic.senders").joinpath(format_name, f"{name}.sql").read_text(encoding="utf-8")


def connect(world: World, span: Span) -> duckdb.DuckDBPyConnection:
    """A connection with the macros and lookups; one thread, so that the same rows come in the same order."""
    connection = duckdb.connect()
    connection.execute("set threads = 1; set memory_limit = '3GB'; set enable_progress_bar = false")
    for name, rows in lookups.tables(world).items():
        load(connection, name, rows)
    connection.execute(files("synthetic.senders").joinpath("macros.sql").read_text(encoding="utf-8"))
    connection.execute(
        "alter table practice add column guid varchar; update practice set guid = guid('emis practice', ix)"
    )
    connection.execute(f"set variable history_start = {span.start}; set variable horizon = {span.horizon}")
    return connection


def load(connection: duckdb.DuckDBPyConnection, name: str, rows: Rows) -> None:
    """Make (or replace) a table of the rows."""
    arrow = rows.arrow()
    connection.register("incoming", arrow)
    connection.execute(f'create or replace temp table "{name}" as select * from incoming')
    connection.unregister("incoming")


def load_block(connection: duckdb.DuckDBPyConnection, tables: dict[str, Rows]) -> None:
    """Load a block's tables, and the list of secondary diagnoses of each episode."""
    for name, rows in tables.items():
        load(connection, name, rows)
    connection.execute(
        'create or replace temp table secondary as select episode, list(code order by "order")[:12] as codes '
        "from secondary_code group by episode"
    )


def write(connection: duckdb.DuckDBPyConnection, delivery: Delivery, folder: Path, *, block: int) -> None:
    """Write the block's part of every file of a delivery: ``folder``/<file>/<block>.csv, no header."""
    set_variables(connection, delivery)
    if delivery.format in PREPARED_BY:
        connection.execute(query(delivery.format, PREPARED_BY[delivery.format]))
    for name in FILES[delivery.format]:
        if block > 0 and name in OF_NO_BLOCK:
            continue
        part = folder / f"{name}.csv" / f"{block:05d}.csv"
        part.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(
            f"copy ({query(delivery.format, name)}) to '{_quoted(part)}' (format csv, header false)"
        )


def header(connection: duckdb.DuckDBPyConnection, format_name: str, name: str) -> list[str]:
    """Column names of a file: those of its query (which must have been prepared)."""
    return [
        str(column[0]) for column in connection.execute(f"describe {query(format_name, name)}").fetchall()
    ]


def set_variables(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Tell the queries which sender, window and period they are about."""
    window, period = delivery.window, delivery.period
    values = {
        "after": -1_000_000 if window.is_bulk else window.after,
        "until": window.until,
        "sender": delivery.sender_index,
        "period_start": period[0],
        "period_end": period[1],
        "folder_day": delivery.day,
    }
    for name, value in values.items():
        connection.execute(f"set variable {name} = {int(value)}")
    connection.execute(
        f"set variable is_bulk = {window.is_bulk}; set variable is_refresh = {delivery.is_refresh}"
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
