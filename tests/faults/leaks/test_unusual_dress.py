"""NHS numbers of the index in unusual dress: each way is planted in a column of its own, and found there.

One look at a product with all of them planted, and one at a product in which what looks like them stands.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import duckdb
import pytest

from tests.identity_economy import Economy, nhs_number
from tests.leak_house import NUMBER, SPACED, found, make_product

A, B, C = NUMBER[:3], NUMBER[3:6], NUMBER[6:]


def _script(nought: str) -> str:
    """The number in the digits of a script, whose nought is given."""
    return NUMBER.translate({ord("0") + n: ord(nought) + n for n in range(10)})


def _percent(text: str) -> str:
    return text.replace(" ", "%20")


_URL = base64.urlsafe_b64encode(f"???>>>{NUMBER}".encode()).decode()
assert "-" in _URL or "_" in _URL

COMPANY = {
    "digits behind it": f"{NUMBER}01",
    "noughts before it": f"00{NUMBER}",
    "digits on both sides": f"77{NUMBER}4410",
    "a number before it": f"84001 {NUMBER}",
    "a day before it": f"2026-03-31 {SPACED}",
    "a day behind it": f"{SPACED} 2026",
    "a letter between groups": f"{A}x{B}x{C}",
    "a letter between digits": "x".join(NUMBER),
    "a word between groups": f"{A} then {B} then {C}",
    "percent-encoded spaces": _percent(SPACED),
    "entities for spaces": f"{A}&nbsp;{B}&#160;{C}",
    "dots between groups": f"{A}.{B}.{C}",
    "tabs between groups": f"{A}\t{B}\t{C}",
    "hyphens between spaces, other groups": f"{NUMBER[:4]} - {NUMBER[4:7]} - {NUMBER[7:]}",
    "strokes": f"{NUMBER[:4]}/{NUMBER[4:7]}/{NUMBER[7:]}",
    "spaces between digits": " ".join(NUMBER),
    "hard spaces between digits": "\u00a0".join(NUMBER),
    "zero-width spaces between digits": "\u200b".join(NUMBER),
    "letters around it": f"ID{NUMBER}X",
    "two of them": f"{NUMBER},{nhs_number(2)}",
    "in the digits of an identifier": f"urn:oid:2.16.840.1.{NUMBER}.3",
    "Arabic-Indic digits": _script("\u0660"),
    "Devanagari digits": _script("\u0966"),
    "full width digits": _script("\uff10"),
    "mathematical digits": _script("\U0001d7ce"),
    "superscript": NUMBER.translate(dict(zip(map(ord, "0123456789"), "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))),
    "full width with company": f"{_script(chr(0xFF10))}01",
}
ENCODED = {
    "hexadecimal of the whole number": f"{int(NUMBER):x}",
    "capital hexadecimal with its mark": f"0x{int(NUMBER):X}",
    "hexadecimal to sixteen digits": f"{int(NUMBER):016x}",
    "hexadecimal of the digits": NUMBER.encode().hex().upper(),
    "hexadecimal of the spaced digits": SPACED.encode().hex(),
    "base 32": base64.b32encode(NUMBER.encode()).decode(),
    "base 32 without its padding": base64.b32encode(SPACED.encode()).decode().rstrip("="),
    "base 64": base64.b64encode(NUMBER.encode()).decode(),
    "base 64 of a sentence": base64.b64encode(f"her number is {SPACED}, she says".encode()).decode(),
    "base 64 of URLs": _URL,
    "base 64 of a number in company": base64.b64encode(f"{NUMBER}01".encode()).decode(),
}
_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256")
_DIGESTS = {name: hashlib.new(name, NUMBER.encode()) for name in _ALGORITHMS}
HASHED = {
    **{f"{name}": digest.hexdigest() for name, digest in _DIGESTS.items()},
    **{f"{name} in capitals": digest.hexdigest().upper() for name, digest in _DIGESTS.items()},
    **{f"{name} in base 64": base64.b64encode(d.digest()).decode() for name, d in _DIGESTS.items()},
    **{
        f"{name} in base 64 of URLs": base64.urlsafe_b64encode(d.digest()).decode().rstrip("=")
        for name, d in _DIGESTS.items()
    },
    **{f"{name} cut to sixteen": digest.hexdigest()[:16] for name, digest in _DIGESTS.items()},
    **{f"{name} cut to thirty": digest.hexdigest()[:30] for name, digest in _DIGESTS.items()},
    **{f"{name} behind a letter": f"a{digest.hexdigest()}" for name, digest in _DIGESTS.items()},
    **{f"{name} behind a word": f"id_{digest.hexdigest()}" for name, digest in _DIGESTS.items()},
    "sha256 of the hyphened one": hashlib.sha256(SPACED.replace(" ", "-").encode()).hexdigest(),
    "sha512 of the spaced one": hashlib.sha512(SPACED.encode()).hexdigest(),
    "sha512 cut to the length of a key": _DIGESTS["sha512"].hexdigest()[:64],
}
NUMBERS = {
    "whole": ("bigint", NUMBER),
    "in company": ("bigint", f"{NUMBER}01"),
    "huge, in company": ("hugeint", f"77{NUMBER}4410"),
    "without a sign": ("ubigint", NUMBER),
    "negative": ("bigint", f"-{NUMBER}"),
    "double": ("double", NUMBER),
    "double in company": ("double", f"{NUMBER}01"),
    "decimal": ("decimal(18, 2)", NUMBER),
    "list of numbers": ("bigint[]", f"[1, {NUMBER}]"),
    "structure of numbers": ("struct(n bigint)", f"{{'n': {NUMBER}}}"),
}
BLOBS = {
    "digits": ("encoded_number", NUMBER.encode()),
    "number": ("encoded_number", int(NUMBER).to_bytes(8, "big")),
    "md5": ("hashed_number", _DIGESTS["md5"].digest()),
    "sha256": ("hashed_number", _DIGESTS["sha256"].digest()),
    "sha512": ("hashed_number", _DIGESTS["sha512"].digest()),
}
DRESSES: dict[str, tuple[str, str, object]] = {
    **{how: ("nhs_number", "varchar", text) for how, text in COMPANY.items()},
    **{how: ("encoded_number", "varchar", text) for how, text in ENCODED.items()},
    **{how: ("hashed_number", "varchar", text) for how, text in HASHED.items()},
    **{f"number, {how}": ("nhs_number", kind, text) for how, (kind, text) in NUMBERS.items()},
    **{f"blob of {how}": (kind, "blob", octets) for how, (kind, octets) in BLOBS.items()},
}
# What looks like them, and is honest; one is a code that verifies, with the number inside.
HONEST: dict[str, tuple[str, object]] = {
    "snomed_code": ("varchar", "73211009"),
    "long_snomed_code": ("varchar", "1005671000000105"),
    "number_inside_code": ("varchar", "<code>"),
    "run_id": ("varchar", "20260331-001"),
    "version": ("varchar", "0.1.0+0809545"),
    "keyed": ("varchar", hashlib.sha256(b"something else").hexdigest()),
    "file_id": ("varchar", hashlib.sha256(b"a file").hexdigest()[:16]),
    "seen_at": ("varchar", "2026-03-31 09:15:00"),
    "count_of_rows": ("bigint", "9990000"),
    "microseconds": ("bigint", "1774944000000000"),
    "share": ("double", "0.9990000034"),
    "area": ("varchar", "E01004735"),
    "words": ("varchar", "Antihypertensivemedication"),
    "shares": ("double[]", "[0.125, 0.333333333]"),
}


def _plant_all(product: Path, columns: list[tuple[str, object]], name: str = "d{0}") -> None:
    with duckdb.connect(str(product)) as connection:
        for number, (kind, _) in enumerate(columns):
            connection.execute(f"alter table core.person add column {name.format(number)} {kind}")
        cells = ", ".join(f"{name.format(n)} = ?::{kind}" for n, (kind, _) in enumerate(columns))
        connection.execute(
            f"update core.person set {cells} where record = 'r1'", [value for _, value in columns]
        )


@pytest.fixture(scope="module")
def places(economy: Economy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Kinds by place, where every dress stands in a column of its own."""
    product = make_product(economy, tmp_path_factory.mktemp("dress") / "product.duckdb")
    _plant_all(product, [(kind, value) for _, kind, value in DRESSES.values()])
    kinds: dict[str, set[str]] = {}
    for kind, where in found(economy, product).items():
        for place in where:
            kinds.setdefault(place, set()).add(kind)
    return kinds


@pytest.mark.parametrize("how", DRESSES)
def test_a_number_is_found_in(how: str, places: dict[str, set[str]]) -> None:
    at = f"core.person.d{list(DRESSES).index(how)}"
    assert places.get(at) == {DRESSES[how][0]}


def test_only_planted_columns_are_named(places: dict[str, set[str]]) -> None:
    assert set(places) == {f"core.person.d{n}" for n in range(len(DRESSES))}


def _as_code(inside: str) -> str:
    """A SNOMED CT identifier that verifies and has ten given digits in it: <digits>…10c."""
    return next(
        code
        for extra in range(10_000)
        for check in range(10)
        if _verifies(code := f"{inside}{extra:04}10{check}")
    )


def _verifies(code: str) -> bool:
    """Verhoeff's check by his own definition: permutations of a dihedral group of order ten."""
    check, moved = 0, list(range(10))
    for digit in reversed(code):
        check = _dihedral(check, moved[int(digit)])
        moved = [moved[n] for n in (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)]
    return check == 0


def _dihedral(one: int, other: int) -> int:
    if one < 5:
        return (one + other) % 5 if other < 5 else 5 + (one + other - 5) % 5
    return 5 + (one - 5 - other) % 5 if other < 5 else (one - other) % 5


def test_what_only_looks_like_them_passes(economy: Economy, product: Path) -> None:
    for name, (kind, value) in HONEST.items():
        given = _as_code(NUMBER) if value == "<code>" else value
        _plant_all(product, [(kind, given)], name)
    assert found(economy, product) == {}


def test_a_number_in_a_code_that_does_not_verify_is_found(economy: Economy, product: Path) -> None:
    """Also beside codes that do, in one text; a code outside a column of codes is a number like others."""
    code = _as_code(NUMBER)
    broken = code[:-1] + str((int(code[-1]) + 1) % 10)
    _plant_all(product, [("varchar", broken)], "broken_code")
    _plant_all(product, [("varchar[]", f"[1005671000000105, 73211009, {NUMBER}]")], "several_codes")
    _plant_all(product, [("varchar", code)], "remark")
    places = {f"core.person.{name}" for name in ("broken_code", "several_codes", "remark")}
    assert found(economy, product) == {"nhs_number": places}
