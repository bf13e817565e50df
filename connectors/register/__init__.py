"""The register of handling: which elements of a FHIR row may leave the identifiable zones, and how.

The files beside this module are the allow-list. Reading them checks every word, so that a misspelt entry
stops the load instead of leaking; and an entry that reads an element whose own word (``fhir/``) says that it
stays, or that has no word, stops it too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from connectors.declare import Handling
from connectors.register.lists import LISTS
from connectors.register.reads import check_reading, elements_read

_FOLDER = Path(__file__).parent
_MAY_LEAVE = (Handling.KEEP, Handling.GENERALISE, Handling.PSEUDONYMISE)
_GENERALISERS = frozenset({"lsoa", "local_authority", "newborn_day"})
_DAYS = ("DATE", "TIMESTAMP")

# Units of measure are whole units of a list, not a shape: parts that follow one another at will spell words.
# An amount stands alone or over what it is per, and that at most over a body's weight or surface, or a time.
# Forms: UCUM (https://ucum.org/ucum) and what general practices and hospitals write for them.
_AMOUNT = (
    r"(?:%|[kcdmunpfµ]?(?:g|L|l|mol|m|U|u)|mcg|[hkm]?Pa|k?J|k?cal|m?s|m?[eE]q|m?[oO]sm|m?V|[kM]?Hz"
    r"|[cm]?m(?:[23]|\^[23]|[²³])|[mukµ]?\[?[iI][uU]\]?|(?:mm|cm) ?\[?(?:[hH]g|H2O)\]?"
    r"|min|h|hr|d|wk|mo|a|yr|(?:minute|hour|day|week|month|year)s?|bpm|Cel|cel|degC|°C|deg"
    r"|(?:cell|point|unit|cigarette|drink|step|beat|breath)s?|ratio|score|index|total|INR"
    r"|\{(?:(?:unit|cigarette|drink|point|beat|breath|cell)s?|score|index|ratio|INR|total|pH)\})"
)
_PER = (
    r"(?:[dmuµf]?[Ll]|[kmu]?g|[mu]?mol|m(?:2|\^2|²|3|\^3|³)|mm3|s|min|minute|h|hr|hour|24 ?h|d|day|wk|week|mo"
    r"|month|a|yr|year|\[[HL]PF\])"
)
_BODY = r"(?:kg|m2|m\^2|m²|1\.73 ?m(?:2|\^2|²)|\{1\.73_m2\}|min|h|hr|d|day)"

# What a kept value may look like. Text outside its domain is dropped and counted: a code field
# of a sender is a place where a person can type a name.
DOMAINS: Mapping[str, str | None] = {
    "gss": r"^[A-Z][0-9]{8}$",
    # What observations are measured in.
    "unit": rf"^(?:{_AMOUNT}|(?:{_AMOUNT}|10[*^][0-9]{{1,2}})?/{_PER}(?:/{_BODY})?)$",
    # What medicines are counted in. Senders type this by hand, so it is a list and not a shape.
    "dose_unit": (
        r"(?i)^(tablets?|tabs?|capsules?|caps?|ml|g|mg|micrograms?|litres?|doses?|sachets?|patch(es)?|ampoules?"
        r"|vials?|inhalers?|devices?|units?|suppositor(y|ies)|pessar(y|ies)|syringes?|packs?|bottles?|strips?"
        r"|lancets?|applications?|puffs?|drops?|op)$"
    ),
    **LISTS,
    "key": None,
    "date": None,
    "timestamp": None,
    "number": None,
    "flag": None,
}


@dataclass(frozen=True, slots=True)
class Projection:
    """One column of the pseudonymised zone: how it is handled, and the paths of the elements it ``reads``."""

    name: str
    type: str
    expression: str
    handling: Handling
    domain: str
    meaning: str
    reads: tuple[str, ...]
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


# What the pseudonymising step adds to the columns of an entity: keys first, then where the row came from.
_ADDED: Mapping[str, tuple[str, Handling, str]] = {
    "person_key": (
        "VARCHAR",
        Handling.PSEUDONYMISE,
        "Keyed hash of the person's id, under the product's key",
    ),
    "source": ("VARCHAR", Handling.KEEP, "Source word of the feed"),
    "sender": ("VARCHAR", Handling.KEEP, "ODS code of the sending organisation"),
    "source_file_id": ("VARCHAR", Handling.KEEP, "The received file, as the ledger names it"),
    "source_row": ("BIGINT", Handling.KEEP, "Row of that file"),
}
_OF_A_PERSON = ("person_key", "source_file_id", "source_row")


def added_columns(entity: Entity) -> Mapping[str, tuple[str, Handling, str]]:
    """Type, handling and meaning of each column that the step itself adds to ``entity``, in order."""
    key = ("VARCHAR", Handling.PSEUDONYMISE, "Keyed hash of the resource's id within its sender")
    named = [name for name in _ADDED if entity.about_a_person or name not in _OF_A_PERSON]
    return {f"{entity.name}_key": key, **{name: _ADDED[name] for name in named}}


def written_columns(entity: Entity) -> dict[str, str]:
    """Columns of the written table in order, with their types."""
    added = {name: kind for name, (kind, _, _) in added_columns(entity).items()}
    return {**added, **{column.name: column.type for column in entity.columns}}


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
        columns=tuple(_projection(path.name, raw, column) for column in raw["column"]),
        unnest=raw.get("unnest"),
        about_a_person=raw.get("about_a_person", True),
    )


def _projection(file: str, entity: Mapping[str, Any], column: Mapping[str, str]) -> Projection:
    handling = Handling(column["handling"])
    generalise = column.get("generalise")
    if handling not in _MAY_LEAVE:
        raise ValueError(f"{file}: {column['name']}: {handling} never leaves; leave the entry out")
    if column["domain"] not in DOMAINS:
        raise ValueError(f"{file}: {column['name']}: domain is none of {sorted(DOMAINS)}")
    if generalise is not None and generalise not in _GENERALISERS:
        raise ValueError(f"{file}: {column['name']}: generalise is none of {sorted(_GENERALISERS)}")
    reads = elements_read(entity["resource"], column["from"], entity.get("unnest"))
    check_reading(f"{file}: {column['name']}", handling, reads)
    if column["type"] in _DAYS and handling is Handling.KEEP and entity.get("about_a_person", True):
        raise ValueError(
            f"{file}: {column['name']}: a day in a person's life may be the day of their birth; generalise it"
        )
    return Projection(
        name=column["name"],
        type=column["type"],
        expression=column["from"],
        handling=handling,
        domain=column["domain"],
        meaning=column["meaning"],
        reads=reads,
        generalise=generalise,
    )
