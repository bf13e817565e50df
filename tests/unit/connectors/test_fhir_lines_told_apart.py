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


@pytest.mark.parametrize("days", [1, 60])
def test_a_date_may_be_as_exact_as_its_sender_knows_it(days: int) -> None:
    """Lines are read for such with a time of day first, until there are too many others."""
    moment, partial = with_(), [with_(period={"start": date}) for date in ("2026", "2026-01", "2026-01-02")]
    wrong = [with_(period={"start": date}) for date in ("2026-1", "26-01-02", "2026-01-45", "x", 5)]
    lines = [moment] * 50 + partial * days + [*wrong, moment]
    telling = Telling("Encounter")
    for _ in range(2):
        telling(np.arange(1, len(lines) + 1), pa.array(lines, pa.string()))
    refused = list(range(len(lines) - len(wrong), len(lines)))
    assert (telling.withheld.tolist(), telling.given.tolist()) == (refused * 2, [])


@pytest.mark.parametrize("sign", ["{}", "{ "])
def test_a_sign_of_an_empty_object_makes_a_suspect_where_it_stands_in_a_text(sign: str) -> None:
    assert told(with_(), with_(serviceType={"text": f"x{sign}x"}), with_()) == ([], [2])


@pytest.mark.parametrize("empty", ["null", '""', "[]", "[ ]", "{}", "{ }"])
@pytest.mark.parametrize(
    "members",
    [
        {"serviceType": "EMPTY"},
        {"serviceType": {"text": "EMPTY"}},
        {"serviceType": {"coding": ["EMPTY"]}},
        {"type": "EMPTY"},
        {"type": ["EMPTY"]},
        {"contained": "EMPTY"},
        {"contained": ["EMPTY"]},
        {"contained": [{"resourceType": "Flag", "code": "EMPTY"}]},
        {"contained": [{"resourceType": "Flag", "code": {"coding": ["EMPTY"]}}]},
    ],
)
def test_nothing_empty_is_told_sound(members: dict[str, Any], empty: str) -> None:
    """Whatever the checks of a small file take for a sign of something empty."""
    assert any(sign in empty for sign in conformance.SIGNS)
    refused, given = told(with_(), with_(**members).replace('"EMPTY"', empty), with_())
    assert refused + given == [2]


def test_an_empty_name_is_not_told_sound() -> None:
    contained = {"contained": [{"resourceType": "Flag", "code": {"": 1}}]}
    assert told(with_(), with_(**contained), with_(**{"": 1})) == ([2, 3], [])


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
