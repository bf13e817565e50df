"""Writes the elements of FHIR R4 that landing checks by: ``python -m tests.fhir_validator.definitions``.

Reads HL7's own StructureDefinitions (FHIR R4, 4.0.1; published under CC0) as the second validator brings them
(``make fhir-validator``), from each landed resource type down through every data type that it uses.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.fhir import definitions, shapes
from tests.fhir_validator.installed import FOLDER

_FILES = ("profiles-types.json", "profiles-resources.json")
_PLACE = FOLDER / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
_OPAQUE = ("Resource",)
Row = tuple[str, str, str, int, int, str]


def table() -> str:
    """The table as it should stand in ``connectors/fhir/definitions``."""
    known, rows = _structures(), set[Row]()
    waiting, done = list(shapes.RESOURCE_TYPES), set[str]()
    while waiting:
        owner = waiting.pop()
        if owner in done or owner.partition(".")[0] not in known:
            continue
        done.add(owner)
        own = list(_elements(known[owner.partition(".")[0]], owner))
        rows.update(own)
        waiting += [kind for _, _, kind, *_ in own if kind not in _OPAQUE and kind[0].isupper()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(definitions.COLUMNS)
    writer.writerows(sorted(rows))
    return out.getvalue()


def _structures() -> Mapping[str, list[Mapping[str, Any]]]:
    """Elements of every type's snapshot, by the type's name."""
    entries = [entry for name in _FILES for entry in json.loads((_PLACE / name).read_text("utf-8"))["entry"]]
    found = [entry["resource"] for entry in entries]
    return {
        one["type"]: one["snapshot"]["element"]
        for one in found
        if one["resourceType"] == "StructureDefinition" and one.get("derivation") != "constraint"
    }


def _elements(structure: list[Mapping[str, Any]], owner: str) -> Iterator[Row]:
    """The members of ``owner``: a type, or the path of an element with members of its own."""
    depth = owner.count(".") + 1
    for element in structure:
        path = element["path"]
        if path.startswith(f"{owner}.") and path.count(".") == depth:
            yield from _members(structure, owner, element)


def _members(structure: list[Mapping[str, Any]], owner: str, element: Mapping[str, Any]) -> Iterator[Row]:
    name = element["path"].rsplit(".", 1)[1]
    is_list, least = int(element["max"] not in ("0", "1")), int(element["min"])
    if element["max"] == "0":
        return
    if "contentReference" in element:
        yield owner, name, element["contentReference"].rpartition("#")[2], is_list, least, ""
        return
    choice = name.removesuffix("[x]") if name.endswith("[x]") else ""
    for kind in element["type"]:
        word = _word(kind["code"])
        has_members = any(one["path"].startswith(f"{element['path']}.") for one in structure)
        target = element["path"] if has_members and word in ("BackboneElement", "Element") else word
        said = choice + word[0].upper() + word[1:] if choice else name
        yield owner, said, target, is_list, least, choice
        if word[0].islower() and word != "xhtml":
            yield owner, f"_{said}", "Element", is_list, 0, ""


def _word(code: str) -> str:
    """``string`` of what R4's own definitions call by the address of FHIRPath's type."""
    return "string" if code.startswith("http://hl7.org/fhirpath/") else code


def main() -> None:
    """Write the table anew."""
    Path(definitions.TABLE).write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
