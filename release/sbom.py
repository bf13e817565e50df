"""The bill of materials: what is installed and what an operator may add, as CycloneDX 1.6 JSON.

``python -m release.sbom FILE``. Each pin of ``requirements.lock``, and of ``requirements-stores.lock`` what
the first has not, is a component with its version, the SHA-256 of all its published files, its licence, what
it is used for (``wsic:use``; developers' tools have scope ``excluded``, the database's and the stores'
``optional``), the Pythons that it is for (``wsic:marker``), and what asked for it. The same locks give the
same bytes: the serial number is made from their content, and a time is written only where
``SOURCE_DATE_EPOCH`` says which.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from pipeline import __version__
from release.licences import Rules, licence_of, rules
from release.locked import DEV, LOCK, PRODUCT, SERVER, STORES, STORES_LOCK, Locked, with_stores

PROJECT = "wsic-linked-data"
_SCOPES = {
    PRODUCT: ComponentScope.REQUIRED,
    SERVER: ComponentScope.OPTIONAL,
    STORES: ComponentScope.OPTIONAL,
    DEV: ComponentScope.EXCLUDED,
}


def bill(pins: Sequence[Locked], held: Rules) -> dict[str, Any]:
    """The bill of ``pins`` as an object of JSON, with licences as ``held`` has them."""
    whole = Component(
        type=ComponentType.APPLICATION, name=PROJECT, version=__version__, bom_ref=PROJECT,
        licenses=[LicenseExpression("MIT")],
    )  # fmt: skip
    components = {_ref(pin): _component(pin, licence_of(pin.name, held)) for pin in pins}
    digest = sha256(LOCK.read_bytes() + STORES_LOCK.read_bytes()).digest()
    bom = Bom(
        components=components.values(),
        serial_number=UUID(bytes=digest[:16], version=5),
    )
    bom.metadata.component = whole
    for parent in dict.fromkeys((PROJECT, *(pin.name for pin in pins))):
        asked = [components[_ref(pin)] for pin in pins if parent in pin.via]
        same = [components[_ref(pin)] for pin in pins if pin.name == parent]
        for one in same or [whole]:
            bom.register_dependency(one, asked)
    found: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    return _timed(found)


def _timed(found: dict[str, Any]) -> dict[str, Any]:
    """Without the moment of making, which would make every bill another."""
    del found["metadata"]["timestamp"]
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        found["metadata"]["timestamp"] = datetime.fromtimestamp(int(epoch), UTC).isoformat()
    return found


def _component(pin: Locked, licence: str) -> Component:
    marker = [Property(name="wsic:marker", value=pin.marker)] if pin.marker else []
    return Component(
        type=ComponentType.LIBRARY, name=pin.name, version=pin.version, bom_ref=_ref(pin),
        scope=_SCOPES[pin.use], purl=PackageURL("pypi", None, pin.name, pin.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in pin.hashes],
        licenses=[LicenseExpression(licence)] if licence else [],
        properties=[Property(name="wsic:use", value=pin.use), *marker],
    )  # fmt: skip


def _ref(pin: Locked) -> str:
    return f"{pin.name}=={pin.version}"


def write(target: Path) -> None:
    """Write the bill of the locks to a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(bill(with_stores(), rules()), indent=1, sort_keys=True)
    target.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
