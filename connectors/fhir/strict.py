"""R4's records as strict types, for a library that reads JSON and says at once what is not of its type.

A line that is read so is a JSON object of its resource type in which, at any depth: each member is one that
R4 has there and is of R4's JSON type; what must be there is; nothing is null or an empty text or list (an
empty object may be read, where nothing of it must be there); every extension is one that the register knows
at its place; and no modifier is hidden. What the record rules would refuse anyway, and is cheaply told here,
is not read either: a code outside its set, a date that can be none, a record of nobody. Other forms of texts,
and choices (``value[x]``), are not looked at.

A line that is not read so is not yet wrong.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from connectors.fhir import requirements
from connectors.fhir.declared import WHOLE
from connectors.fhir.definitions import PRIMITIVES, TABLE
from connectors.register.fhir import extensions

_FILLED = msgspec.Meta(min_length=1)
_TEXT = Annotated[str, _FILLED]
_JSON_TYPES: Mapping[str, Any] = {"VARCHAR": _TEXT, "BOOLEAN": bool, "DOUBLE": float, "BIGINT": WHOLE}
_DATE = Annotated[
    str,
    msgspec.Meta(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T.{0,30})?)?)?$"),
]
_NAME = Annotated[str, msgspec.Meta(pattern="^(?!extension$|modifierExtension$).")]
_DEPTH = 8  # of a contained resource: lists and objects in one another; one more takes twice the time to make
# A Reference has an Identifier, that a Reference, and so on: so often one may stand in another.
_WITHIN_ITSELF = 2


class _Member(NamedTuple):
    name: str
    type: str
    is_list: bool
    is_required: bool


@cache
def decoder(resource_type: str, *, has_clock: bool = False) -> msgspec.json.Decoder[Any]:
    """Reads one line that is a record as the module says; raises :class:`ValueError` at any other. With
    ``has_clock`` also where a date is there without its time of day: what is read then is read sooner."""
    return msgspec.json.Decoder(_Types(resource_type, datetime if has_clock else _DATE).record())


class _Types:
    """The types of one resource type; what is built twice is built once."""

    def __init__(self, resource_type: str, date: Any) -> None:
        self.resource_type = resource_type
        self.known: dict[str, list[str]] = defaultdict(list)
        for extension in extensions():
            if extension.place.startswith(f"{resource_type}."):
                self.known[extension.place].append(extension.url)
        self.forms: dict[str, Any] = dict.fromkeys(self.places(requirements.DATES), date)
        for path, codes in requirements.VALUE_SETS.get(resource_type, {}).items():
            self.forms[f"{resource_type}.{path}"] = Literal[tuple(sorted(codes))]
        self.required = {f"{resource_type}.id", *self.places(requirements.REQUIRED)}
        person = requirements.PERSON.get(resource_type)
        if person in ("subject", "patient"):
            self.required |= {f"{resource_type}.{person}", f"{resource_type}.{person}.reference"}
        self.special = {*self.known, *self.forms, *self.required}
        self.built: dict[tuple[str, str, tuple[str, ...]], Any] = {}

    def places(self, of: Mapping[str, Sequence[str]]) -> list[str]:
        return [f"{self.resource_type}.{path}" for path in of.get(self.resource_type, ())]

    def record(self) -> Any:
        return self.struct(self.resource_type, self.resource_type, (), tag=self.resource_type)

    def struct(self, kind: str, path: str, within: tuple[str, ...], *, tag: str | None = None) -> Any:
        is_special = any(place.startswith(f"{path}.") for place in self.special)
        within = (*within, kind) if kind in _within_themselves() else within
        key = (kind, path if is_special else "", tuple(sorted(within)))
        if key not in self.built:
            typed = []
            for member in _members()[kind]:
                found = self.member(member, path, within)
                if f"{path}.{member.name}" in self.required:
                    member = member._replace(is_required=True)
                if found is not None:
                    typed.append((member, _list_of(found) if member.is_list else found))
            self.built[key] = _struct(kind, typed, tag=tag)
        return self.built[key]

    def member(self, member: _Member, path: str, within: tuple[str, ...]) -> Any:
        """Its type; None where it is not read."""
        below = f"{path}.{member.name}"
        if member.name == "extension":
            return self.extension(below, within)
        if member.name == "contained":
            return _filled_dict_of(_anything(_DEPTH))
        if member.name.startswith("_") or member.name in ("modifierExtension", "implicitRules"):
            return None
        if below in self.forms:
            return self.forms[below]
        if member.type in PRIMITIVES:
            words = PRIMITIVES[member.type][0].split()
            return _JSON_TYPES["DOUBLE" if "DOUBLE" in words else words[0]]
        is_known = member.type in _members() and within.count(member.type) < _WITHIN_ITSELF
        return self.struct(member.type, below, within) if is_known else None

    def extension(self, place: str, within: tuple[str, ...]) -> Any:
        if place not in self.known:
            return None
        urls = Literal[tuple(sorted(self.known[place]))]  # type: ignore[valid-type]
        typed: list[tuple[_Member, Any]] = []
        for member in _members()["Extension"]:
            found = None if member.name == "extension" else self.member(member, place, within)
            if found is not None:
                typed.append((member, urls if member.name == "url" else found))
        return _struct("Extension", typed, tag=None)


def _struct(kind: str, typed: Sequence[tuple[_Member, Any]], *, tag: str | None) -> Any:
    """Members are read by their place in ``typed``, for some of their names are words of Python's."""
    names = {f"_{number}": member.name for number, (member, _) in enumerate(typed)}
    fields: list[Any] = [
        (f"_{number}", found)
        if member.is_required
        else (f"_{number}", found | msgspec.UnsetType, msgspec.UNSET)
        for number, (member, found) in enumerate(typed)
    ]
    own: dict[str, Any] = {"tag_field": "resourceType", "tag": tag} if tag else {}
    return msgspec.defstruct(
        kind.replace(".", "_"),
        fields,
        rename=names,
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
        **own,
    )


def _list_of(item: Any) -> Any:
    return Annotated[list[item], _FILLED]


def _filled_dict_of(item: Any) -> Any:
    return Annotated[dict[_NAME, item], _FILLED]


def _anything(depth: int) -> Any:
    """JSON of no more than ``depth`` lists and objects in one another, none of them empty or an extension."""
    found: Any = _TEXT | bool | int | float
    for _ in range(depth):
        found = _TEXT | bool | int | float | _list_of(found) | _filled_dict_of(found)
    return found


@cache
def _members() -> Mapping[str, Sequence[_Member]]:
    """The members of each type."""
    found = defaultdict(list)
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            is_required = row["least"] != "0" and not row["choice"]
            found[row["owner"]].append(_Member(row["name"], row["type"], row["is_list"] == "1", is_required))
    return dict(found)


@cache
def _within_themselves() -> frozenset[str]:
    """The types that may stand within themselves."""
    inner = {
        kind: {member.type for member in members if member.name not in ("extension", "modifierExtension")}
        for kind, members in _members().items()
    }
    for _ in inner:
        wider = {kind: below.union(*(inner.get(one, ()) for one in below)) for kind, below in inner.items()}
        if wider == inner:
            break
        inner = wider
    return frozenset(kind for kind, below in inner.items() if kind in below)
