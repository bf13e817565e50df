"""Nothing is shipped under a licence that nobody looked at."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from release.licences import (
    PAGE,
    Licensed,
    binds_the_whole,
    faults,
    is_allowed,
    licence_of,
    licensed,
    page,
    rules,
    spdx,
)
from release.locked import (
    AZURITE,
    DEV,
    NODE_LOCKS,
    OTHER_LOCKS,
    PRODUCT,
    ROOT,
    SERVER,
    STORES,
    USES,
    locked,
    uses_of,
    with_stores,
)

HELD = rules()


@pytest.fixture(scope="module")
def rows() -> list[Licensed]:
    return licensed(HELD)


def test_every_locked_package_may_be_shipped(rows: list[Licensed]) -> None:
    assert faults(rows, HELD) == []
    assert {row.name for row in rows} >= {pin.name for pin in with_stores()}
    assert {row.use for row in rows} == set(USES) >= {STORES, *OTHER_LOCKS, *NODE_LOCKS}


def test_what_an_operator_adds_is_no_part_of_the_product(rows: list[Licensed]) -> None:
    added = {row.name for row in rows if row.use == STORES}
    assert added >= {"s3fs", "adlfs", "gcsfs", "paramiko", "smbprotocol"}
    assert added.isdisjoint(pin.name for pin in locked())


def test_a_node_package_within_another_has_its_own_name(rows: list[Licensed]) -> None:
    names = {row.name for row in rows if row.use == AZURITE}
    assert {"azurite", "@azure/msal-common"} <= names
    assert not any("node_modules" in name for name in names)


def test_the_page_is_what_the_locks_and_the_metadata_say(rows: list[Licensed]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(rows, HELD), "make licences"


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("", "no known licence"),
        ("GPL-3.0-only", "GPL-3.0-only; valid: 0BSD"),
        ("AGPL-3.0-or-later", "AGPL-3.0-or-later; valid"),
        ("MIT AND GPL-2.0-only", "GPL-2.0-only; valid"),
        ("GPL-3.0-only WITH GCC-exception-3.1", "valid"),
        ("MPL-2.0", "MPL-2.0; valid"),
    ],
)
def test_what_nobody_excepted_is_refused(rows: list[Licensed], licence: str, said: str) -> None:
    planted = [*rows, Licensed("planted", "1", licence, PRODUCT)]
    [fault] = faults(planted, HELD)
    assert fault.startswith("planted 1") and said in fault


def test_an_exception_holds_for_the_licence_it_names(rows: list[Licensed]) -> None:
    changed = [replace(row, licence="AGPL-3.0-only") if row.name == "certifi" else row for row in rows]
    assert any(fault.startswith("certifi") and "AGPL" in fault for fault in faults(changed, HELD))


@pytest.mark.parametrize("licence", ["GPL-2.0-only", "AGPL-3.0-only", "MIT AND GPL-3.0-or-later"])
def test_no_exception_lets_in_what_binds_the_whole(rows: list[Licensed], licence: str) -> None:
    held = replace(HELD, exceptions={**HELD.exceptions, "planted": (licence, "wanted very much")})
    found = faults([*rows, Licensed("planted", "1", licence, STORES)], held)
    assert found[0].startswith("planted 1 (stores): " + licence)
    assert not any(binds_the_whole(row.licence) for row in rows)


def test_metadata_go_before_what_was_looked_up_and_a_reading_before_both() -> None:
    looked_up = replace(HELD, read={}, elsewhere={"duckdb": "ISC", "not-installed": "ISC"})
    assert licence_of("duckdb", looked_up) == "MIT"
    assert licence_of("not-installed", looked_up) == "ISC"
    assert licence_of("neither", looked_up) == ""
    assert licence_of("duckdb", replace(looked_up, read={"duckdb": "Zlib"})) == "Zlib"


def test_what_was_looked_up_and_is_in_no_lock_goes(rows: list[Licensed]) -> None:
    held = replace(HELD, elsewhere={**HELD.elsewhere, "planted": "MIT"})
    assert faults(rows, held) == ["planted: looked up, but in no lock; valid: none"]


def test_an_exception_that_nothing_needs_goes(rows: list[Licensed]) -> None:
    without = [row for row in rows if row.name != "tqdm"]
    assert faults(without, HELD) == ["tqdm: its exception is not needed; valid: none"]


@pytest.mark.parametrize(
    ("expression", "is_one"),
    [
        ("MIT", True), ("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", True), ("", False), ("LGPL-3.0-only", False),
    ],
)  # fmt: skip
def test_a_choice_is_enough_and_a_sum_is_not(expression: str, is_one: bool) -> None:
    assert is_allowed(expression, HELD.allowed) is is_one


def test_words_that_leave_a_licence_open_are_none() -> None:
    assert [spdx(text) for text in ("BSD", "BSD License", "see LICENSE", "mit")] == ["", "", "", "MIT"]


def test_a_package_counts_as_the_product_s_as_soon_as_the_product_needs_it() -> None:
    via = {"a": ("root",), "b": ("a", "tool"), "c": ("tool",), "tool": ("root",)}
    found = uses_of(via, {PRODUCT: ["a"], SERVER: [], DEV: ["tool"]})
    assert found == {"a": PRODUCT, "b": PRODUCT, "tool": DEV, "c": DEV}


def test_every_data_file_names_its_source_and_terms_once() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    shipped = [
        name
        for name in listed.splitlines()
        if Path(name).suffix in (".csv", ".json", ".txt") and not name.startswith(("tests/", "compose/"))
    ]
    assert len(shipped) > 30
    owners = {name: [one for one in HELD.data if one.has(name)] for name in shipped}
    assert {name: len(found) for name, found in owners.items() if len(found) != 1} == {}
    assert all(one.source and one.terms and any(one.has(name) for name in shipped) for one in HELD.data)
