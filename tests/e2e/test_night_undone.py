"""A whole night undone: products, vault and ledger as before it, and the night run again gives what it gave.

It is the bad night that is undone, on a copy that was made before the next one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from pipeline.identity.person_index.history import VERSIONED
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from tests.bad_nights import BAD, GOOD, RUNS, Nights
from tests.product_contents import contents

SERVED = (*PRODUCTS, OPEN_PRODUCT)
AGAIN = "20260330-002"
# What tells of every run has one more to tell of, and the files had been seen when the night was run again.
OF_RUNS = ("audit.", "quality.rule_result", "quality.feed_coverage", "quality.unresolved_reference")


@dataclass(frozen=True, slots=True)
class Undone:
    """The deployment, what was served and kept once the night was undone, and how it was run again."""

    nights: Nights
    said: CompletedProcess[str]
    served: dict[str, str]
    kept: dict[str, list[tuple[Any, ...]]]
    told: dict[str, Any]
    again: CompletedProcess[str]


@pytest.fixture(scope="module")
def undone(nights: Nights) -> Undone:
    copy = Nights(nights.to_undo)
    said = copy.wsic("link", "rollback", RUNS[BAD], "--json")
    served = {product: digest(copy.home / "published" / product / "current.duckdb") for product in SERVED}
    kept = vault_of(copy.home)
    told = json.loads(copy.wsic("runs", RUNS[BAD], "--json").stdout)
    copy.run(BAD)
    return Undone(copy, said, served, kept, told, copy.said[BAD])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def vault_of(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that linking keeps, row by row."""
    settings = Settings(home=home)
    names = (*(table.name for table in VERSIONED), "person_event", "decision", "mps_answer")
    with open_vault(settings, load_keys(settings), read_only=True) as connection:
        return {name: connection.execute(f"from vault.{name} order by all").fetchall() for name in names}


def test_it_says_what_is_undone_and_what_is_served(undone: Undone) -> None:
    assert undone.said.returncode == 0, undone.said.stderr
    assert json.loads(undone.said.stdout) == {
        "undone": [RUNS[BAD]], "back_to": RUNS[GOOD], "served": dict.fromkeys(SERVED, RUNS[GOOD]),
    }  # fmt: skip


def test_the_products_served_are_those_of_the_night_before_to_the_byte(undone: Undone) -> None:
    before = {product: digest(undone.nights.version(product, GOOD)) for product in SERVED}
    assert undone.served == before
    assert before != {product: digest(undone.nights.version(product, BAD)) for product in SERVED}


def test_the_vault_is_that_of_the_night_before(nights: Nights, undone: Undone) -> None:
    before = vault_of(nights.after_good)
    assert len(before["record"]) > 100
    assert [name for name, rows in before.items() if undone.kept[name] != rows] == []
    assert before != vault_of(nights.home)  # of two nights later


def test_the_ledger_says_so(undone: Undone) -> None:
    noted = {(step["step"], step["subject"]): step["message"] for step in undone.told["steps"]}
    assert noted["rollback_links", ""] == f"links undone; those of {RUNS[GOOD]} stand again"
    for product in SERVED:
        assert noted["rollback", product] == f"rolled back from {RUNS[BAD]} to {RUNS[GOOD]}"
    assert undone.told["links"] == []


@pytest.mark.parametrize("product", SERVED)
def test_the_night_run_again_gives_the_products_that_were_undone(undone: Undone, product: str) -> None:
    assert undone.again.returncode == 0, undone.again.stderr
    shelf = undone.nights.home / "published" / product
    assert (shelf / "current.duckdb").resolve().name == f"{AGAIN}.duckdb"
    first, second = contents(undone.nights.version(product, BAD)), contents(shelf / "current.duckdb")
    assert first.keys() == second.keys()
    changed = [name for name in first if first[name] != second[name]]
    assert [name for name in changed if not name.startswith(OF_RUNS)] == []
