"""A whole night undone: products, vault and ledger as before it, and the night run again gives what it gave.

It is the bad night that is undone, on a copy that was made before the next one. It is run again by Airflow,
as ``make nightly`` does: the same functions, the same files, the same products.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest

from pipeline.identity.person_index.history import VERSIONED
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from tests.bad_nights import BAD, GOOD, MARKER, ROOT, RUNS, Nights
from tests.product_contents import contents

pytestmark = pytest.mark.long

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
    return Undone(copy, said, served, kept, told, by_airflow(copy))


def by_airflow(nights: Nights) -> CompletedProcess[str]:
    """The bad night in Airflow, on SQLite and without a server."""
    env = {
        **os.environ, "WSIC_HOME": str(nights.home), "WSIC_THREADS": "1",
        "EXTRACTS": str(nights.extracts), "AS_OF": str(BAD), "PEOPLE": "200", "SEED": "3",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    return subprocess.run(
        [str(ROOT / "dags" / "run_nightly")], cwd=ROOT, env=env, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


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
    assert undone.again.returncode == 0, undone.again.stdout + undone.again.stderr
    shelf = undone.nights.home / "published" / product
    assert (shelf / "current.duckdb").resolve().name == f"{AGAIN}.duckdb"
    first, second = contents(undone.nights.version(product, BAD)), contents(shelf / "current.duckdb")
    assert first.keys() == second.keys()
    changed = [name for name in first if first[name] != second[name]]
    assert [name for name in changed if not name.startswith(OF_RUNS)] == []


def test_the_files_that_had_landed_are_not_landed_again(nights: Nights, undone: Undone) -> None:
    again = json.loads(undone.nights.wsic("runs", AGAIN, "--json").stdout)
    before, after = (
        {f"{row['source']}/{row['sender']}": row["outcome"] for row in summary["feeds"]}
        for summary in (nights.summary(BAD), again)
    )
    landed = {feed for feed, outcome in before.items() if outcome in ("landed", "unchanged")}
    assert len(landed) > 5
    assert {after[feed] for feed in landed} == {"unchanged"}


def test_what_the_scheduler_keeps_identifies_nobody(undone: Undone) -> None:
    """Its log, and its database with what tasks hand on: no name, number, postcode, or record's key."""
    kept = [path for path in (undone.nights.home / "airflow").rglob("*") if path.is_file()]
    assert {"nightly.log", "airflow.db"} <= {path.name for path in kept}
    texts = {path.name: path.read_bytes().decode("latin-1") for path in kept}
    texts["said"] = undone.again.stdout + undone.again.stderr
    told = identifying(undone.nights.extracts / "truth")
    assert len(told) > 800
    for name, text in texts.items():
        words = set(re.findall(r"[\w'-]+", text.casefold()))
        found = [word for word in told if word in words or (" " in word and word in text.casefold())]
        assert (name, len(found)) == (name, 0)
        assert MARKER not in text, name


def identifying(truth: Path) -> set[str]:
    """Words that tell of a person of the economy; a postcode with its space, and without it."""
    people, records = (f"'{truth / name}.parquet'" for name in ("persons", "records"))
    with duckdb.connect() as connection:
        words = connection.execute(
            f"""select family_name from {people} union select nhs_number from {people}
            union select record_id from {records} union select postcode from {people}
            union select replace(postcode, ' ', '') from {people}"""
        ).fetchall()
    return {word.casefold() for (word,) in words if word and len(word) > 3}
