"""Every place of a FHIR resource where a code may stand, from its declared shape.

Derived, not listed: an element that is added to the shapes is searched for restricted codes from then on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.fhir import shapes
from connectors.register import entities
from pipeline.duck import identifier

_NESTED = re.compile(r'"(?P<name>\w+)" (?P<kind>.+)')
_NOT_CODED = ("meta", "identifier", "modifierExtension")  # labels and numbers, not what the row is about


def person_resources() -> tuple[str, ...]:
    """Resource types that carry rows about people, as the register of handling has them."""
    return tuple(sorted({entity.resource for entity in entities().values() if entity.about_a_person}))


def codings_of(resource: str) -> dict[str, str]:
    """Element of ``resource`` -> SQL list of the codings in it, for those in which some may stand.

    Concepts at any depth, single codings, and the words and codes of extensions, as codings without a system.
    """
    found = {
        identifier(name): list(_codings(identifier(name), kind))
        for name, kind in shapes.SHAPES[resource].items()
        if name not in _NOT_CODED
    }
    return {element: _together(parts) for element, parts in found.items() if parts}


def _together(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return "list_concat(" + ", ".join(f"coalesce({part}, [])" for part in parts) + ")"


def every_coding(resource: str, view: str, columns: str = "") -> str:
    """SELECT of ``columns`` and each ``coding`` of the rows of a FHIR view.

    An element at a time: it is read once, and most hold nothing in any row.
    """
    shown = f"{columns}, " if columns else ""
    return " union all ".join(
        f"select {shown}unnest({codings}) as coding from {view} where {element} is not null"
        for element, codings in codings_of(resource).items()
    )


def different_codings(resource: str, view: str) -> str:
    """SELECT of the different codings (system, code) of all rows of a FHIR view."""
    return (
        "select distinct coding.system as system, coding.code as code "
        f"from ({every_coding(resource, view)}) where coding.code is not null"
    )


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
