"""Replacing the root key with everything real: both products made again by dbt, judged by every gate."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipeline.audit_log import verify
from pipeline.keys import load_keys, still_carried
from pipeline.settings import PRODUCTS, Settings

ROOT = Path(__file__).parent.parent.parent
_KEYS = "select distinct person_key from core.person"
_TRENDS = ("from wsic.metric order by all", "from wsic.population_count order by all")


@dataclass(frozen=True)
class Turned:
    """The small night's home before and after, and what the command printed."""

    before: Path
    home: Path
    said: dict[str, object]


@pytest.fixture(scope="module")
def turned(small_night, tmp_path_factory: pytest.TempPathFactory) -> Turned:
    home = tmp_path_factory.mktemp("root") / "home"
    shutil.copytree(small_night.home, home, symlinks=True)
    told = ["--by", "A. Singh", "--reason", "the custodian has left", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "keys", "rotate", "--root", *told],
        cwd=ROOT, env={**os.environ, "WSIC_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return Turned(small_night.home, home, json.loads(done.stdout))


def rows(home: Path, product: str, *statements: str) -> list[tuple[object, ...]]:
    database = home / "published" / product / "current.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        return [row for one in statements for row in connection.execute(one).fetchall()]


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_has_new_pseudonyms_and_says_what_it_said(turned: Turned, product: str) -> None:
    old, new = (set(rows(home, product, _KEYS)) for home in (turned.before, turned.home))
    assert len(new) == len(old) > 100
    assert new.isdisjoint(old)
    assert turned.said["changed_tables"] == {name: [] for name in PRODUCTS}
    assert rows(turned.home, product, *_TRENDS) == rows(turned.before, product, *_TRENDS)


def test_nothing_is_left_under_the_old_root_and_the_log_holds(turned: Turned) -> None:
    settings = Settings(home=turned.home)
    assert still_carried(settings) == ()
    assert load_keys(settings).root_id == turned.said["new_root_id"] != turned.said["old_root_id"]
    assert verify(settings, files_too=True).findings == ()
    runs = [str(row["run_id"]) for row in turned.said["products"]]  # type: ignore[attr-defined]
    page = (turned.home / "audit" / "reports" / f"ig-{runs[-1]}.html").read_text("utf-8")
    assert "the custodian has left" in page
    assert str(turned.said["new_root_id"]) in page
    assert "is not made again yet" not in page
