"""What landing hashes of a Patient is what linking reads of it: other changes would never be seen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest

from connectors.fhir import shapes
from pipeline.identity import standardise

CHOSEN = Path(standardise.__file__).with_name("chosen.sql")
SUPERSESSION = sorted(CHOSEN.parent.glob("*.sql"))
OF_THE_ROW = {"_file_id", "_row", "_extract_date"}  # which row it was, not what it says


def read_of_a_patient(path: Path) -> set[str]:
    """Columns of the relation ``patient_row``, whose alias is p."""
    text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    return set(re.findall(r"\bp\.(\w+)", text)) if "patient_row" in text else set()


def test_linking_reads_nothing_that_is_not_hashed() -> None:
    read = set().union(*map(read_of_a_patient, SUPERSESSION))
    assert {"identifier", "name", "birthDate", "address"} <= read
    assert read & set(shapes.columns("Patient")) <= set(shapes.SAID) | OF_THE_ROW


@pytest.mark.parametrize("element", shapes.SAID)
def test_another_word_in_any_of_them_is_another_hash(element: str, tmp_path: Path) -> None:
    kind = shapes.columns("Patient")[element]
    value: object = "2" if kind == "VARCHAR" else {"versionId": "2"}
    lines = [{"active": True}, {"active": True, element: [{"use": "old"}] if kind.endswith("[]") else value}]
    file = tmp_path / "Patient.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    columns = ", ".join(f"'{name}': '{of}'" for name, of in shapes.columns("Patient").items())
    rows = f"from read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})"
    hashes = duckdb.sql(f"select _said_hash from ({shapes.landed('Patient', rows)})").fetchall()
    assert len(set(hashes)) == len(lines)


def test_other_types_are_written_as_they_are() -> None:
    assert shapes.landed("Encounter", "select 1 as id") == "select 1 as id"
