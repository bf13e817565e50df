"""Every place of a FHIR resource where a code may stand, from its declared shape.

Derived, not listed: an element that is added to the shapes is searched for restricted codes from then on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.fhir import shapes
from pipeline.duck import identifier

_NESTED = re.compile(r'"(?P<name>\w+)" (?P<kind>.+)')
_NOT_CODED = ("meta", "identifier", "modifierExtension")  # labels and numbers, not what the row is about


def codings_of(resource: str) -> str:
    """SQL list of all codings of a row of ``resource``, null where it has none.

    Concepts at any depth, single codings, and the words and codes of extensions, as codings without a system.
    """
    found: list[str] = []
    for name, kind in shapes.SHAPES[resource].items():
        if name not in _NOT_CODED:
            found += _codings(identifier(name), kind)
    return "list_concat(" + ", ".join(f"coalesce({part}, [])" for part in found) + ")" if found else "[]"


def _codings(path: str, kind: str) -> Iterator[str]:
    if kind == shapes.EXTENSIONS:
        yield f"flatten(list_transform({path}, lambda e: e.valueCodeableConcept.coding))"
        yield (
            f"list_transform(list_filter({path}, lambda e: e.valueCode is not null), "
            "lambda e: {'system': null::varchar, 'code': e.valueCode, 'display': null::varchar})"
        )
    elif kind == shapes.CONCEPT:
        yield f"{path}.coding"
    elif kind == shapes.CODING:
        yield f"if({path} is null, null, [{path}])"
    elif kind.endswith("[]"):
        item = f"item{path.count('item')}"  # a name of its own at each depth
        for inner in _codings(item, kind[:-2]):
            yield f"flatten(list_transform({path}, lambda {item}: {inner}))"
    elif kind.startswith("STRUCT("):
        for name, inner_kind in _fields(kind):
            yield from _codings(f"{path}.{identifier(name)}", inner_kind)


def _fields(kind: str) -> Iterator[tuple[str, str]]:
    """Fields of a STRUCT type, split at the commas of its outermost level."""
    depth, start, inside = 0, 0, kind.removeprefix("STRUCT(").removesuffix(")")
    for place, letter in enumerate(inside + ","):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            field = _NESTED.fullmatch(inside[start:place].strip())
            if field is None:
                raise ValueError("a field of a declared shape has no name and type")
            yield field["name"], field["kind"]
            start = place + 1
