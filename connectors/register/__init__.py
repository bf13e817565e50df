"""The register of handling: which elements of a FHIR row may leave the identifiable zones, and how.

The files beside this module are the allow-list (STYLE: de-identify by allow-list, as data).
Reading them checks every word, so that a misspelt entry stops the load instead of leaking.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connectors.declare import Handling

_FOLDER = Path(__file__).parent
_MAY_LEAVE = (Handling.KEEP, Handling.GENERALISE, Handling.PSEUDONYMISE)
_GENERALISERS = frozenset({"lsoa", "local_authority"})

# Units of measure as a list and not a shape, for a word without spaces would pass any shape.
_UNIT = (
    r"(?:%|[kdcmunpfµ]?(?:g|L|l|mol|m|U|u|Pa|J|cal|s|eq|osm)[23]?|m\^2|m²|[munk]?\[?[iI][uU]\]?"
    r"|mm ?\[?[hH]g\]?|min|h|hr|d|day|wk|week|weeks|mo|month|months|a|year|years|yr|hour|hours|days"
    r"|bpm|beats|breaths"
    r"|Cel|cel|degC|deg|kcal|cells?|ratio|score|points?|steps|cigarettes|drinks|units?|1\.73 ?m(?:2|\^2|²)"
    r"|\{(?:units?|cigarettes|score|1\.73_m2|beats|breaths|index|ratio|INR|points?|total)\})"
)

# What a kept value may look like. Text outside its domain is dropped and counted: a code field
# of a sender is a place where a person can type a name.
DOMAINS: Mapping[str, str | None] = {
    "code": r"^[A-Za-z0-9][A-Za-z0-9_.&+-]{0,23}$",
    "ods": r"^[A-Za-z0-9]{3,12}$",
    "gss": r"^[A-Z][0-9]{8}$",
    "snomed": r"^[1-9][0-9]{5,17}$",
    # What observations are measured in: units of UCUM and what people write for them, over one another.
    "unit": rf"^(10[*^][0-9]{{1,2}}/|/)?{_UNIT}([/.* ]{_UNIT}){{0,3}}$",
    # What medicines are counted in. Senders type this by hand, so it is a list and not a shape.
    "dose_unit": (
        r"(?i)^(tablets?|tabs?|capsules?|caps?|ml|g|mg|micrograms?|litres?|doses?|sachets?|patch(es)?|ampoules?"
        r"|vials?|inhalers?|devices?|units?|suppositor(y|ies)|pessar(y|ies)|syringes?|packs?|bottles?|strips?"
        r"|lancets?|applications?|puffs?|drops?|op)$"
    ),
    "words": r"^([0-9]{1,2}-weekly|[A-Za-z][A-Za-z0-9 :&/,.'()%+-]{0,99})$",
    "key": None,
    "date": None,
    "timestamp": None,
    "number": None,
    "flag": None,
}


@dataclass(frozen=True, slots=True)
class Projection:
    """One column of the pseudonymised zone: where it comes from and how it is handled."""

    name: str
    type: str
    expression: str
    handling: Handling
    domain: str
    meaning: str
    generalise: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One table of the pseudonymised zone; ``unnest`` names the list element that makes its rows."""

    name: str
    resource: str
    grain: str
    columns: tuple[Projection, ...]
    unnest: str | None = None
    about_a_person: bool = True


@cache
def entities() -> Mapping[str, Entity]:
    """Every entity of the pseudonymised zone by name, in alphabetical order."""
    return {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.toml"))}


def _read(path: Path) -> Entity:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Entity(
        name=path.stem,
        resource=raw["resource"],
        grain=raw["grain"],
        columns=tuple(_projection(path.name, column) for column in raw["column"]),
        unnest=raw.get("unnest"),
        about_a_person=raw.get("about_a_person", True),
    )


def _projection(file: str, column: Mapping[str, str]) -> Projection:
    handling = Handling(column["handling"])
    generalise = column.get("generalise")
    if handling not in _MAY_LEAVE:
        raise ValueError(f"{file}: {column['name']}: {handling} never leaves; leave the entry out")
    if column["domain"] not in DOMAINS:
        raise ValueError(f"{file}: {column['name']}: domain is none of {sorted(DOMAINS)}")
    if generalise is not None and generalise not in _GENERALISERS:
        raise ValueError(f"{file}: {column['name']}: generalise is none of {sorted(_GENERALISERS)}")
    return Projection(
        name=column["name"],
        type=column["type"],
        expression=column["from"],
        handling=handling,
        domain=column["domain"],
        meaning=column["meaning"],
        generalise=generalise,
    )
