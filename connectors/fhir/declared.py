"""The declared shape of a record as lenient types, for a library that reads JSON and says at once what is not
of its type.

A line that is read so has, wherever the shape has a list, an object, a number or a truth value, one of those
or nothing: what :func:`connectors.fhir.json_types.first_mismatch` finds out from several readings of a line.
What the shape does not have, and what it has as text, may be anything, even no JSON. A line that is not read
so is not yet wrong.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import msgspec
from duckdb.sqltypes import DuckDBPyType

from connectors.fhir.shapes import SHAPES

WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # more is no BIGINT
_SCALARS = {"boolean": bool, "double": float, "bigint": WHOLE}


def has_shape(resource_type: str, line: memoryview) -> bool:
    """Whether a line is certainly of the declared shape."""
    try:
        _decoder(resource_type).decode(line)
    except (ValueError, RecursionError):
        return False
    return True


@cache
def _decoder(resource_type: str) -> msgspec.json.Decoder[Any]:
    shape = SHAPES[resource_type].items()
    return msgspec.json.Decoder(_object([(name, DuckDBPyType(kind)) for name, kind in shape]))


def _object(members: list[tuple[str, DuckDBPyType]]) -> Any:
    """Members are read by their place, for some of their names are words of Python's; texts are not."""
    read = [(name, kind) for name, kind in members if kind.id in ("struct", "list", *_SCALARS)]
    names = {f"_{number}": name for number, (name, _) in enumerate(read)}
    fields = [(f"_{number}", _or_null(kind), None) for number, (_, kind) in enumerate(read)]
    return msgspec.defstruct("Declared", fields, rename=names, kw_only=True, gc=False)


def _or_null(kind: DuckDBPyType) -> Any:
    if kind.id in _SCALARS:
        return _SCALARS[kind.id] | None
    if kind.id not in ("struct", "list"):
        return msgspec.Raw
    children = [(name, child) for name, child in kind.children if isinstance(child, DuckDBPyType)]
    if kind.id == "struct":
        return _object(children) | None
    return list[_or_null(children[0][1])] | None  # type: ignore[misc]
