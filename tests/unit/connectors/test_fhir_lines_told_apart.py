"""What a line must be to be told a sound record without a closer look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from duckdb.sqltypes import DuckDBPyType

from connectors.fhir.shapes import SHAPES
from connectors.fhir.strict import decoder
from connectors.fhir.teller import Telling
from pipeline.landing import conformance

_SOUND = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": "Patient/p1"},
    "period": {"start": "2026-01-02T10:00:00+00:00"},
    "participant": [{"individual": {"reference": "Practitioner/d1"}}],
}
_OTHER_VALUES = {"varchar": 5, "boolean": "true", "bigint": "1", "double": "1.5", "struct": [], "list": {}}


def told(*lines: str) -> tuple[list[int], list[int]]:
    """Rows of the suspects: those held for refused, and those held for such as land."""
    telling = Telling("Encounter")
    telling(np.arange(1, len(lines) + 1), pa.array([f"{line}\n" for line in lines], pa.string()))
    return telling.withheld.tolist(), telling.given.tolist()


def with_(**members: Any) -> str:
    return json.dumps(_SOUND | members, separators=(",", ":"))


def test_a_sound_record_is_no_suspect_however_it_is_written() -> None:
    contained = {"contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "x"}}]}
    assert told(
        with_(), json.dumps(_SOUND), with_(**contained), with_().replace("period", "p\\u0065riod")
    ) == ([], [])


@pytest.mark.parametrize(
    "line",
    [
        with_()[:-9],
        with_() + "{}",
        with_(id=None),
        with_(status="completed"),
        with_(subject={"display": "not said"}),
        with_(period={"start": "2026-01-45"}),
        with_(period="2026-01-02"),
        with_(shoe=5),
        with_(modifierExtension=[{"url": "https://x.example"}]),
        with_(participant=[{"modifierExtension": [{"url": "https://x.example"}]}]),
        with_(contained=[{"resourceType": "Medication", "modifierExtension": [{"url": "https://x.example"}]}]),
        with_(length={"value": 10**400}).replace("1" + "0" * 400, "1e400"),
        with_(serviceType={"text": ""}),
        with_(serviceType={"text": "a;"}).replace(";", "\x01"),
        with_(statusHistory=[{"extension": [{"url": "https://x.example"}]}])[:-9],
    ],
)  # fmt: skip
def test_what_is_certainly_wrong_is_held_for_refused(line: str) -> None:
    assert told(with_(), line, with_()) == ([2], [])


@pytest.mark.parametrize(
    "line",
    [
        with_(extension=[{"url": "https://x.example/y"}]),
        with_(statusHistory=[{"extension": [{"url": "https://x.example/y"}]}]),
        with_(_status={"extension": [{"url": "https://x.example/y"}]}),
    ],
)
def test_an_unknown_extension_is_a_suspect_that_is_held_for_one_that_lands(line: str) -> None:
    assert told(with_(), line, with_()) == ([], [2])


@pytest.mark.parametrize("sign", conformance.SIGNS)
def test_every_sign_of_something_empty_makes_a_suspect_where_it_stands_in_a_text(sign: str) -> None:
    line = with_(serviceType={"text": "SIGN"}).replace("SIGN", "x\\" + sign if sign == '""' else f"x{sign}x")
    line = line.replace('x\\"""', 'x\\""')  # an escaped quote, then the one that ends the text
    assert told(with_(), line, with_()) == ([], [2])


def _places(kind: DuckDBPyType, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every place of a shape with the kind of what stands there; lists by their one item."""
    yield at, kind.id
    for name, child in kind.children if kind.id in ("struct", "list") else ():
        if isinstance(child, DuckDBPyType):
            yield from _places(child, (*at, "[]" if kind.id == "list" else name))


@pytest.mark.parametrize("resource_type", list(SHAPES))
def test_a_value_of_another_type_than_the_shape_has_is_never_read(resource_type: str) -> None:
    """R4's types are read; were the shape's others, a wrong one would land as nothing."""
    for name, kind in SHAPES[resource_type].items():
        for at, word in _places(DuckDBPyType(kind), (name,)):
            value: Any = _OTHER_VALUES[word]
            for step in reversed(at):
                value = [value] if step == "[]" else {step: value}
            line = json.dumps({"resourceType": resource_type, **value})
            with pytest.raises(ValueError, match=r"Expected|unknown field"):
                decoder(resource_type).decode(line)
