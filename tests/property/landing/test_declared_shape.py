"""A line that is read as the declared shape is one in which the exact way finds no wrong type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from duckdb.sqltypes import DuckDBPyType

from connectors.fhir.declared import has_shape
from connectors.fhir.json_types import first_mismatch
from connectors.fhir.shapes import SHAPES

_NUMBERS = ("5", "-5", "5.0", "5.5", "1e2", "1e300", "1e999", "9223372036854775808", "-9223372036854775809")
_VALUES = (
    *("null", "true", '"x"', '"5"', '"true"', '""', *_NUMBERS),
    *("[]", "{}", "[null]", "[5]", '["x"]', "[[]]", '{"a": 1}', '[{"a": 1}, "x"]', "[{}, null, {}]"),
)
_DEPTH = 3


def _lines(kind: DuckDBPyType, depth: int) -> Iterator[str]:
    """Values for one place: any, and at each place below any."""
    yield from _VALUES
    if kind.id not in ("struct", "list") or not depth:
        return
    for name, child in kind.children:
        if isinstance(child, DuckDBPyType):
            for value in _lines(child, depth - 1):
                yield f"[{value}]" if kind.id == "list" else f"{{{json.dumps(name)}: {value}}}"


@pytest.mark.parametrize("resource_type", ["Encounter", "Observation", "Patient"])
def test_no_wrong_type_is_read_as_the_shape(resource_type: str) -> None:
    shape = SHAPES[resource_type]
    lines = [
        f'{{"id": "e1", {json.dumps(name)}: {value}}}'
        for name, kind in shape.items()
        for value in _lines(DuckDBPyType(kind), _DEPTH)
    ]
    told = [has_shape(resource_type, memoryview(line.encode())) for line in lines]
    sound = _without_mismatch(lines, shape)
    assert not [
        line for line, is_told, is_sound in zip(lines, told, sound, strict=True) if is_told > is_sound
    ]
    assert 0.95 * sum(sound) < sum(told) < len(lines)


def _without_mismatch(lines: list[str], shape: Any) -> list[bool]:
    with duckdb.connect() as con:
        con.execute("create table given (n integer, line json)")
        con.execute("insert into given select generate_subscripts($1, 1), unnest($1::json[])", [lines])
        found = con.execute(
            f"select {first_mismatch('line', shape)} is null from given order by n"
        ).fetchall()
    return [row[0] for row in found]
