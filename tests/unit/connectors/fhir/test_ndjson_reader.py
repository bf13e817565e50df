"""NDJSON: a sound file in one go, a broken one line by line, and no line costs another."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.fhir import shapes
from connectors.fhir.reader import read_ndjson

PATIENT = {"resourceType": "Patient", "id": "a", "gender": "female", "active": True}
SECRET = "Mx-Marker-Name"


def _read(
    tmp_path: Path, content: str | bytes, name: str = "Patient.ndjson"
) -> tuple[bool, list[tuple[Any, ...]]]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    con = duckdb.connect()
    in_one_go = read_ndjson(con, path, "Patient", into="found")
    return in_one_go, con.execute(
        "select _row, _problem, _problem_at, id from found order by _row"
    ).fetchall()


def _lines(*resources: Any) -> str:
    return "".join(json.dumps(resource) + "\n" for resource in resources)


def test_a_sound_file_is_read_in_one_go(tmp_path: Path) -> None:
    assert _read(tmp_path, _lines(PATIENT, PATIENT | {"id": "b"})) == (
        True,
        [(1, None, None, "a"), (2, None, None, "b")],
    )


def test_a_gzipped_file_is_read_too(tmp_path: Path) -> None:
    assert _read(tmp_path, gzip.compress(_lines(PATIENT).encode()), "Patient.ndjson.gz") == (
        True,
        [(1, None, None, "a")],
    )


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert _read(tmp_path, "") == (True, [])


def test_blank_lines_are_not_counted_either_way(tmp_path: Path) -> None:
    assert _read(tmp_path, "\n" + _lines(PATIENT) + "\r\n" + _lines(PATIENT))[1] == [
        (1, None, None, "a"),
        (2, None, None, "a"),
    ]
    assert _read(tmp_path, "\n" + _lines(PATIENT) + "\r\n{\n")[1] == [
        (1, None, None, "a"),
        (2, "malformed_json", None, None),
    ]


@pytest.mark.parametrize(
    "line", ["not json", '{"id": "x"', '{"id":"x"} y', '{"id":"x"}{"id":"y"}', "[1]", '"x"']
)
def test_a_line_that_is_not_one_object_costs_no_other(tmp_path: Path, line: str) -> None:
    in_one_go, rows = _read(tmp_path, _lines(PATIENT) + line + "\n" + _lines(PATIENT | {"id": "c"}))
    assert not in_one_go
    assert rows == [(1, None, None, "a"), (2, "malformed_json", None, None), (3, None, None, "c")]


@pytest.mark.parametrize(
    ("element", "where"),
    [
        ({"active": "perhaps"}, "$.active"),
        ({"name": {"family": SECRET}}, "$.name"),
        ({"name": [SECRET]}, "$.name[*]"),
        ({"name": [{"given": SECRET}]}, "$.name[*].given"),
        ({"managingOrganization": [1]}, "$.managingOrganization"),
        ({"extension": [{"url": "u", "valueInteger": "many"}]}, "$.extension[*].valueInteger"),
    ],
)
def test_an_element_of_the_wrong_type_is_named_by_its_path(
    tmp_path: Path, element: dict[str, Any], where: str
) -> None:
    in_one_go, rows = _read(tmp_path, _lines(PATIENT | element, PATIENT))
    assert not in_one_go
    assert rows == [(1, "malformed_shape", where, "a"), (2, None, None, "a")]


def test_elements_that_the_shape_lacks_are_left_out(tmp_path: Path) -> None:
    assert _read(
        tmp_path, _lines(PATIENT | {"photo": [{"url": "x"}], "extension": [{"url": "u", "extension": []}]})
    )[0]


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    assert _read(tmp_path, b"\xef\xbb\xbf" + _lines(PATIENT).encode())[1] == [(1, None, None, "a")]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (
            json.dumps(PATIENT | {"gender": SECRET}).encode().replace(b"female", b"\xff\xfe") + b"\xff\n",
            "x.ndjson",
        ),
        (b"\x1f\x8b not gzip " + SECRET.encode(), "x.ndjson.gz"),
    ],
)
def test_a_file_that_is_no_text_is_refused_without_a_word_of_it(
    tmp_path: Path, content: bytes, name: str
) -> None:
    with pytest.raises(ValueError, match=r"x\.ndjson.* is not readable") as raised:
        _read(tmp_path, content, name)
    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("resource_type", shapes.RESOURCE_TYPES)
def test_every_shape_is_read_both_ways(tmp_path: Path, resource_type: str) -> None:
    path = tmp_path / f"{resource_type}.ndjson"
    con = duckdb.connect()
    columns = {}
    for content in ('{"id":"a"}\n', '{"id":"a"}\nx\n'):
        path.write_text(content)
        read_ndjson(con, path, resource_type, into="found")
        columns[content] = con.execute("select column_name, column_type from (describe found)").fetchall()
    sound, broken = columns.values()
    assert sound == broken
    assert [name for name, _ in sound[5:]] == list(shapes.SHAPES[resource_type])
