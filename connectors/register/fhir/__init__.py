"""The handling word of every FHIR element: ``elements.toml`` and ``extensions.toml`` over the declared
shapes.

Paths are written ``Patient.name.family``, without list marks; an extension's value
``Encounter.extension(Hrg).valueCode``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from duckdb.sqltypes import DuckDBPyType

from connectors.declare import Handling
from connectors.fhir import shapes, systems

_FOLDER = Path(__file__).parent
_FAMILIES = {"ukcore": systems.UK_CORE_EXTENSION, "local": systems.LOCAL_EXTENSION}
EXTENSION_ELEMENTS = ("extension", "modifierExtension")


@dataclass(frozen=True, slots=True)
class Extension:
    """One known extension at one element: ``place`` is the path of the list that holds it."""

    name: str
    url: str
    place: str
    value: str
    handling: Handling

    @property
    def path(self) -> str:
        """Path of its value."""
        return f"{self.place}({self.name}).{self.value}"


@cache
def extensions() -> tuple[Extension, ...]:
    """Every known extension, one a place; raises :class:`ValueError` for a place that no shape has."""
    raw = tomllib.loads((_FOLDER / "extensions.toml").read_text(encoding="utf-8"))["extension"]
    found = tuple(
        Extension(
            entry["name"],
            _FAMILIES[entry["family"]] + entry["name"],
            place,
            entry["value"],
            Handling(entry["handling"]),
        )
        for entry in raw
        for place in entry["on"]
    )
    places = {place for resource_type in shapes.SHAPES for place in extension_places(resource_type)}
    if strange := sorted({extension.place for extension in found} - places):
        raise ValueError(f"extensions.toml: no shape has {', '.join(strange)}")
    return found


@cache
def extension_places(resource_type: str) -> tuple[str, ...]:
    """Paths of the lists of extensions that the shape of ``resource_type`` holds."""
    found = (path for path, kind in _nodes(resource_type) if path.rsplit(".", 1)[-1] == "extension")
    return tuple(dict.fromkeys(found))


@cache
def element_names() -> frozenset[str]:
    """Names of the elements of the landed resource types and of FHIR R4's data types (HL7 FHIR R4, 4.0.1)."""
    return frozenset((_FOLDER / "element_names.txt").read_text(encoding="utf-8").split())


@cache
def elements(resource_type: str) -> Mapping[str, Handling | None]:
    """Every landed element of ``resource_type`` down to its values, with its word (none: dropped)."""
    words = _words()
    plain = {
        path: _word(path, kinds, words)
        for path, kinds in _leaves(resource_type)
        if not set(path.split(".")) & set(EXTENSION_ELEMENTS)
    }
    own = (item for item in extensions() if item.place.split(".")[0] == resource_type)
    return {**plain, **{path: word for item in own for path, word in _values(item)}}


def _values(item: Extension) -> Iterator[tuple[str, Handling]]:
    """The value of an extension, or each part of one that has parts; words beside a code stay free text."""
    name = item.value.removeprefix("value")
    parts = [part.removeprefix(f"{name}.") for part in _words() if part.startswith(f"{name}.")]
    if name == "CodeableConcept":
        parts = ["coding.system", "coding.code", "coding.display", "text"]
    for part in parts:
        is_typed = part in ("coding.display", "text")
        yield f"{item.path}.{part}", Handling.FREE_TEXT if is_typed else item.handling
    if not parts:
        yield item.path, item.handling


def _word(path: str, kinds: tuple[str, ...], words: Mapping[str, Handling]) -> Handling | None:
    """By the path itself, then by its name at any resource, then by the data type that it lies in."""
    _, rest = path.split(".", 1)
    for name in (path, f"*.{rest}", *kinds):
        if name in words:
            return words[name]
    return None


@cache
def _words() -> Mapping[str, Handling]:
    raw = tomllib.loads((_FOLDER / "elements.toml").read_text(encoding="utf-8"))
    return {path: Handling(word) for part in ("element", "type") for path, word in raw[part].items()}


# Data types that the shapes are made of, by their DuckDB type, so that a leaf knows what it lies in.
_TYPES: Mapping[str, str] = {
    str(DuckDBPyType(kind)): name
    for name, kind in {
        "Coding": shapes.CODING,
        "CodeableConcept": shapes.CONCEPT,
        "Period": shapes.PERIOD,
        "Quantity": shapes.QUANTITY,
        "Reference": shapes.REFERENCE,
        "Meta": shapes.META,
        "Identifier": shapes.IDENTIFIERS.removesuffix("[]"),
        "Annotation": shapes.struct(text=shapes.TEXT),
    }.items()
}


def _nodes(resource_type: str) -> Iterator[tuple[str, DuckDBPyType]]:
    for name, kind in shapes.SHAPES[resource_type].items():
        yield from _nodes_below(f"{resource_type}.{name}", DuckDBPyType(kind))


def _nodes_below(path: str, kind: DuckDBPyType) -> Iterator[tuple[str, DuckDBPyType]]:
    yield path, kind
    for name, child in kind.children if kind.id in ("struct", "list") else ():
        if isinstance(child, DuckDBPyType):
            yield from _nodes_below(path if kind.id == "list" else f"{path}.{name}", child)


def _leaves(resource_type: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each value's path, and its names inside the data types around it, the outermost first."""
    around: list[tuple[str, str]] = []  # path and name of the data types met so far
    for path, kind in _nodes(resource_type):
        if str(kind) in _TYPES:
            around.append((path, _TYPES[str(kind)]))
        elif kind.id not in ("struct", "list"):
            inside = [(place, name) for place, name in around if path.startswith(f"{place}.")]
            yield path, tuple(dict.fromkeys(name + path.removeprefix(place) for place, name in inside))
