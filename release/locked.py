"""What every lock of the repository pins, and what each package is used for.

``requirements.lock`` says of each package which others asked for it (``# via …``), and ``pyproject.toml``
what the project itself asks for, by extra. So a package's use is the same on every platform.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
PRODUCT, SERVER, STORES, DEV, BENCH, MESH, VALIDATOR, STORE_SERVERS, AZURITE = USES = (
    "product", "server", "stores", "dev", "bench", "mesh", "fhir-validator", "store-servers", "azurite",
)  # fmt: skip
STORES_LOCK = ROOT / "requirements-stores.lock"
# Each for environments of its own, or only read: nothing of these is in a product or added to one.
OTHER_LOCKS = {use: ROOT / f"requirements-{use}.lock" for use in (BENCH, MESH, STORE_SERVERS)}
NODE_LOCKS = {
    VALIDATOR: ROOT / "tests" / "fhir_validator" / "package-lock.json",
    AZURITE: ROOT / "tests" / "store_servers" / "package-lock.json",
}
_PIN = re.compile(
    r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))?\s*\\?$", re.MULTILINE
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^ +# +(?:via )?([a-z0-9._-]+)(?: \(pyproject\.toml(?::[a-z-]+)?\))?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One pin: ``marker`` where it holds on some Pythons only, ``hashes`` (SHA-256) of all its files, ``via``
    the packages that asked for it, ``use`` what it serves here, ``text`` its lines in the lock."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    via: tuple[str, ...]
    use: str
    text: str


def locked() -> list[Locked]:
    """Every pin of ``requirements.lock`` in its order; of one name there may be several, by Python."""
    pins = _pins(LOCK)
    via: dict[str, tuple[str, ...]] = {}
    for pin in pins:
        via[pin.name] = (*via.get(pin.name, ()), *pin.via)
    use = uses_of(via, _asked_for())
    return [replace(pin, use=use[pin.name]) for pin in pins]


def with_stores() -> list[Locked]:
    """The same, then what ``make stores`` adds to it. ``via`` has who asks for a package in either lock."""
    ours, theirs = locked(), _pins(STORES_LOCK)
    known = {pin.name for pin in ours}
    via = {pin.name: pin.via for pin in theirs}
    return [
        *(replace(pin, via=(*pin.via, *via.get(pin.name, ()))) for pin in ours),
        *(replace(pin, use=STORES) for pin in theirs if pin.name not in known),
    ]


def locked_elsewhere() -> list[Locked]:
    """What the other Python locks pin: for measuring, and for servers that tests speak to."""
    return [replace(pin, use=use) for use, path in OTHER_LOCKS.items() for pin in _pins(path)]


def node_packages() -> list[tuple[str, str, str, str]]:
    """Use, name, version and licence of each Node package, as the Node locks say; some lie within others."""
    return [
        (use, place.rpartition("node_modules/")[2], one["version"], one.get("license", ""))
        for use, path in NODE_LOCKS.items()
        for place, one in json.loads(path.read_text(encoding="utf-8"))["packages"].items()
        if place
    ]


def uses_of(via: Mapping[str, Iterable[str]], asked_for: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The first use of each package: what the product needs counts as the product's, whoever else asks too.

    ``via``: package -> who asked for it; ``asked_for``: use -> what the project itself asks for.
    """
    children: dict[str, set[str]] = {}
    for name, parents in via.items():
        for parent in parents:
            children.setdefault(parent, set()).add(name)
    found: dict[str, str] = {}
    for use, roots in asked_for.items():
        left = list(roots)
        while left:
            name = left.pop()
            if name not in found:
                found[name] = use
                left += children.get(name, ())
    return found


def _asked_for() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lists = {PRODUCT: project["dependencies"], SERVER: extras[SERVER], DEV: extras[DEV]}
    return {
        use: [canonicalize_name(Requirement(text).name) for text in texts] for use, texts in lists.items()
    }


def _pins(lock: Path) -> list[Locked]:
    """The pins of a lock in its order, without a use."""
    return [_pin(block) for block in _blocks(lock.read_text(encoding="utf-8"))]


def _blocks(text: str) -> list[str]:
    """The lines of each pin, with its hashes and comments."""
    return [block for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE) if _PIN.match(block)]


def _pin(block: str) -> Locked:
    found = _PIN.match(block)
    if found is None:
        raise ValueError(f"a pin of a lock is in no known form: {block.splitlines()[0]}")
    return Locked(
        name=canonicalize_name(found["name"]), version=found["version"],
        marker=(found["marker"] or "").strip(), hashes=tuple(_HASH.findall(block)), use="", text=block,
        via=tuple(canonicalize_name(name) for name in _VIA.findall(block)),
    )  # fmt: skip
