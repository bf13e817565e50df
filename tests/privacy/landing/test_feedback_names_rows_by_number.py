"""A marker in every field of bad rows, keys and ids too, is in no line and no sheet of a feedback pack."""

from __future__ import annotations

import json
import zipfile

from pipeline.feedback import list_feedback, write_feedback
from pipeline.landing import Feed
from tests.landing_house import AS_OF, PERSON, VISIT, House

MARKER = "Zyxmarker"


def test_a_pack_holds_no_value_of_any_row(house: House) -> None:
    rows = (
        f"{MARKER}1,{MARKER},1980-99-99,{MARKER},{MARKER},{MARKER}",
        f"{MARKER}2,{MARKER}",
        f'{MARKER}3,"{MARKER}"{MARKER},1980-02-03,F,false,',
    )
    house.send("Person.csv", PERSON, *rows)
    house.send("Visit.csv", VISIT, ",".join([MARKER] * 7))
    house.send("Staff.csv", f"{MARKER},{MARKER}")
    bad = {"resourceType": "Patient", "id": f"{MARKER} x", MARKER: 1, "gender": MARKER}
    lost = {"resourceType": "Encounter", "id": MARKER, "status": "finished", "class": {"code": "AMB"}}
    lost |= {"subject": {"reference": f"Patient/{MARKER}"}, "partOf": {"reference": f"Encounter/{MARKER}x"}}
    house.send("Patient.ndjson", json.dumps(bad), f'{{"{MARKER}": ')
    house.send("Encounter.ndjson", json.dumps(lost))
    house.send(f"{MARKER}.csv", MARKER)
    run = {"run_id": "run-1", "as_of": AS_OF.isoformat(), "started_at": "2026-03-31T02:00:00+00:00"}
    house.ledger.put("run", [run | {"outcome": "running", "code_version": "x"}])
    house.land()
    write_feedback(house.settings, house.ledger, run_id="run-1", feed=Feed("gp", "X01"))

    (kept,) = list_feedback(house.settings)
    lines = kept.path.read_text(encoding="utf-8")
    with zipfile.ZipFile(kept.workbook) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist())
    assert kept.rows_lost >= 5
    for said in (lines, sheets):
        assert "malformed_date" in said
        assert MARKER not in said
