"""One small economy of several nights, made once and read by every test of this folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from synthetic import Summary, synthesise

PEOPLE, NIGHTS, END = 3_000, 5, date(2026, 3, 31)
HEADERS = Path(__file__).parents[2] / "golden" / "formats" / "headers.json"


@dataclass(frozen=True)
class Economy:
    """Where the economy lies, its counts, and a connection with its truth as views."""

    out: Path
    summary: Summary
    sql: duckdb.DuckDBPyConnection

    def scalar(self, query: str) -> object:
        """The one value of a query."""
        row = self.sql.execute(query).fetchone()
        assert row is not None
        return row[0]

    def files(self, source: str, name: str) -> list[Path]:
        """Every file of that name that the source sent, oldest first."""
        return sorted((self.out / source).glob(f"*/*/{name}"), key=lambda path: (path.parent.name, str(path)))


@pytest.fixture(scope="session")
def headers() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Column names of every native and reference file: source, format, file."""
    return dict(json.loads(HEADERS.read_text(encoding="utf-8")))


@contextmanager
def opened(out: Path, summary: Summary) -> Iterator[Economy]:
    """The economy that lies in ``out``, with its truth and its senders' files as views."""
    with duckdb.connect() as sql:
        for path in sorted((out / "truth").glob("*.parquet")):
            sql.execute(f"create view {path.stem} as select * from '{path}'")
        for source, name in (
            ("gp", "Admin_Patient"), ("gp", "SRPatient"), ("gp", "CareRecord_Observation"), ("gp", "SRCode"),
            ("gp", "CareRecord_Consultation"), ("gp", "SREvent"), ("gp", "SRPatientRegistration"),
            ("acute", "APC"), ("acute", "OP"), ("acute", "ECDS"),
            ("community", "CYP001"), ("community", "CYP201"),
            ("community", "CYP101"), ("mental_health", "MHS001"), ("mental_health", "MHS201"),
            ("mental_health", "MHS501"),
            ("social_care", "CLD"),
            ("ambulance", "AmbulanceIncident"),
        ):  # fmt: skip
            sql.execute(
                f"create view {name} as select *, split_part(filename, '/', -3) as sender, "
                f"split_part(filename, '/', -2)::date as extract_date "
                f"from read_csv('{out}/{source}/*/*/{name}.csv', "
                "all_varchar = true, header = true, delim = ',', quote = '\"', filename = true)"
            )
        yield Economy(out, summary, sql)


@pytest.fixture(scope="session")
def economy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Economy]:
    out = tmp_path_factory.mktemp("economy") / "extracts"
    summary = synthesise(PEOPLE, 7, out, END, NIGHTS, with_ambulance=True)
    with opened(out, summary) as made:
        yield made


def read(path: Path) -> Iterator[list[str]]:
    """Rows of a CSV file, the header first."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)
