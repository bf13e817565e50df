"""Ordinary ways of writing what the index knows: each is found in its own column, a near miss of each passes.

One look at a product with all of the ways planted, and one at a product with all of the near misses.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.identity_economy import Economy
from tests.leak_house import NUMBER, found, make_product, plant

NOBODYS = str(int(NUMBER) + 7)  # of the same range, nobody's here
Write = Callable[[str], str]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324


def _twice(text: str) -> str:
    return base64.b64encode(base64.b64encode(text.encode())).decode()


def _in_groups(*ends: int, between: str) -> Write:
    return lambda number: between.join(number[a:b] for a, b in zip((0, *ends), (*ends, 10), strict=True))


# How it is written -> kind of leak, way of writing; told of a number of the index, and of nobody's.
NUMBERS: dict[str, tuple[str, Write]] = {
    "decimal entities": ("nhs_number", lambda n: "".join(f"&#{ord(c)};" for c in n)),
    "hexadecimal entities": ("nhs_number", lambda n: "".join(f"&#x{ord(c):x};" for c in n)),
    "percent-encoded twice": ("nhs_number", lambda n: "".join(f"%253{c}" for c in n)),
    "escapes of JSON": ("nhs_number", lambda n: "".join(f"\\u003{c}" for c in n)),
    "escapes of octets": ("nhs_number", lambda n: "".join(f"\\x3{c}" for c in n)),
    "hexadecimal, spaced": ("encoded_number", lambda n: " ".join(f"3{c}" for c in n)),
    "base 64 twice": ("encoded_number", _twice),
    "five and five": ("nhs_number", _in_groups(5, between=" -- ")),
    "four, three, three": ("nhs_number", _in_groups(4, 7, between="____")),
    "three, four, three": ("nhs_number", _in_groups(3, 7, between="/////")),
    "blanks between digits": ("nhs_number", lambda n: "    ".join(n)),
    "letter O": ("nhs_number", lambda n: n.replace("0", "O")),
    "letter o, spaced": ("nhs_number", lambda n: _in_groups(3, 6, between=" ")(n).replace("0", "o")),
    "md5 as a UUID": ("hashed_number", lambda n: str(uuid.UUID(_md5(n)))),
    "sha256 with colons": ("hashed_number", lambda n: hashlib.sha256(n.encode()).digest().hex(":")),
    "sha256 of a line": ("hashed_number", lambda n: hashlib.sha256(f"{n}\n".encode()).hexdigest()),
    "sha3-512": ("hashed_number", lambda n: hashlib.sha3_512(n.encode()).hexdigest()),
    "blake2b": ("hashed_number", lambda n: hashlib.blake2b(n.encode()).hexdigest()),
}
POSTCODES: dict[str, Write] = {
    "hyphens": lambda p: f"lives at {p[:3]} -- {p[3:]} there",
    "letter by letter": lambda p: f"the post code {' '.join(p)} stands here",
    "base 64": lambda p: base64.b64encode(p.encode()).decode(),
    "base 64, spaced": lambda p: base64.b64encode(f"{p[:3]} {p[3:]}".encode()).decode(),
    "sha256": lambda p: hashlib.sha256(p.encode()).hexdigest(),
    "md5, spaced": lambda p: _md5(f"{p[:3]} {p[3:]}"),
}
# Given name, family name -> as written.
NAMES: dict[str, Callable[[str, str], str]] = {
    "middle initial": lambda given, family: f"{given} J {family}",
    "middle initials": lambda given, family: f"seen: {family}, J. R. {given}",
    "initial": lambda given, family: f"{given[0]} {family}",
    "initial behind": lambda given, family: f"{family}, {given[0]}.",
    "in one word": lambda given, family: f"{given}{family}",
}
FOUND: dict[str, tuple[str, str]] = {
    **{how: (kind, write(NUMBER)) for how, (kind, write) in NUMBERS.items()},
    **{f"postcode, {how}": ("postcode", write("HA13UJ")) for how, write in POSTCODES.items()},
    **{f"name, {how}": ("name", write("Zephaniah", "Quillfeather")) for how, write in NAMES.items()},
}
PASSED: list[str] = [
    *(write(NOBODYS) for _, write in NUMBERS.values()),
    *(write("HA19XX") for write in POSTCODES.values()),
    *(write("Barnaby", "Quillfeather") for write in NAMES.values()),
    *(write("Zephaniah", "Oakenshield") for write in NAMES.values()),
    "Quillfeather",  # a family name alone is a word like others
    "Zephaniah met old Quillfeather",
]


@pytest.fixture(scope="module")
def places(economy: Economy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Kinds by place, where every way stands in a column of its own."""
    product = make_product(economy, tmp_path_factory.mktemp("forms") / "product.duckdb")
    for number, (_, text) in enumerate(FOUND.values()):
        plant(product, "varchar", "?", text, name=f"f{number}")
    kinds: dict[str, set[str]] = {}
    for kind, where in found(economy, product).items():
        for place in where:
            kinds.setdefault(place, set()).add(kind)
    return kinds


@pytest.mark.parametrize("how", FOUND)
def test_it_is_found(how: str, places: dict[str, set[str]]) -> None:
    assert places.get(f"core.person.f{list(FOUND).index(how)}") == {FOUND[how][0]}


def test_a_near_miss_of_each_passes(economy: Economy, product: Path) -> None:
    for number, text in enumerate(PASSED):
        plant(product, "varchar", "?", text, name=f"m{number}")
    assert found(economy, product) == {}
