"""Whatever the lines of an NDJSON file hold, each non-blank one is one row, in order, sound or broken."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.fhir.reader import read_ndjson

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12)
_SOUND = st.fixed_dictionaries(
    {"resourceType": st.just("Patient"), "id": st.from_regex(r"[A-Za-z0-9.\-]{1,20}", fullmatch=True)},
    optional={
        "gender": _TEXT,
        "active": st.booleans(),
        "name": st.lists(st.fixed_dictionaries({"family": _TEXT}), max_size=2),
        "photo": st.lists(st.integers(), max_size=1),
    },
)
_BROKEN = st.sampled_from(["{", "nonsense", '{"id": "x"} y', "[]", "7", '{"id": }'])
_LINES = st.lists(st.one_of(_SOUND.map(lambda r: json.dumps(r, ensure_ascii=False)), _BROKEN), max_size=12)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(lines=_LINES)
def test_each_line_is_one_row_in_its_place(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Patient.ndjson"
        path.write_text("\n".join(lines), encoding="utf-8")
        con = duckdb.connect()
        in_one_go = read_ndjson(con, path, "Patient", into="found")
        rows = con.execute("select _row, _problem, id, gender from found order by _row").fetchall()
    documents = [_object(line) for line in lines]
    assert in_one_go == all(document is not None for document in documents)
    assert rows == [
        (n, None, doc["id"], doc.get("gender")) if doc is not None else (n, "malformed_json", None, None)
        for n, doc in enumerate(documents, start=1)
    ]


def _object(line: str) -> dict[str, str] | None:
    try:
        document = json.loads(line)
    except json.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None
