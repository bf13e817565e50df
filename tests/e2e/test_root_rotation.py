"""Replacing the root key with everything real: dbt, its tests, every gate, dbt's own account.

Both products are made again under new keys, each as ``wsic keys rotate --product`` makes it: what is said
here of a product holds of that command too, which tests/unit/keys and tests/faults/keys try without dbt.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.audit_log import verify
from pipeline.gate_results import before_serving, before_writing
from pipeline.keys import load_keys, still_carried
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, Settings

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent.parent
WATCHED, USER = "secondary_use", "60123"
State = frozenset[tuple[str, int, int, int, int]]


@dataclass
class Watch:
    """Looks again and again at everything that lies on the product's shelf while a rotation runs."""

    shelf: Path
    seen: set[frozenset[str]] = field(default_factory=set)
    is_over: threading.Event = field(default_factory=threading.Event)
    read: State = frozenset()

    def run(self) -> None:
        while not self.is_over.wait(0.1):
            self.look()

    def look(self) -> None:
        """A shelf is held open, so that what is read is one shelf and not half of each.

        What was read is not read again until a file of it is another, or was changed in any way.
        """
        try:
            folder = os.open(self.shelf, os.O_RDONLY)
        except OSError:
            return
        try:
            held = Path(f"/proc/self/fd/{folder}")
            state = state_of(held)
            if state == self.read:
                return
            found = keys_in(held)
        except (OSError, duckdb.Error):  # destroyed while it was read: nothing of it is published any more
            return
        finally:
            os.close(folder)
        self.seen.add(found)
        self.read = state


def state_of(shelf: Path) -> State:
    """Every file and link on a shelf: which it is, its size, and when it last changed, which nobody can set
    back."""
    found = ((path, path.lstat()) for path in shelf.rglob("*"))
    return frozenset(
        (str(path.relative_to(shelf)), of.st_dev, of.st_ino, of.st_size, of.st_ctime_ns) for path, of in found
    )


def keys_in(shelf: Path) -> frozenset[str]:
    """Every pseudonym of a person in every version on a shelf, and in its Parquet."""
    found: set[str] = set()
    query = "select distinct person_key from {}"
    for database in [*shelf.glob("versions/*.duckdb"), shelf / "current.duckdb"]:
        with duckdb.connect(str(database), read_only=True) as connection:
            found |= {row[0] for row in connection.execute(query.format("core.person")).fetchall()}
    for path in shelf.glob("parquet/*/core.person.parquet"):
        with duckdb.connect() as connection:
            found |= {row[0] for row in connection.execute(query.format(f"'{path}'")).fetchall()}
    return frozenset(found)


@dataclass(frozen=True)
class Rotated:
    """The small night's home after the rotation and before, what was printed, and what was seen meanwhile."""

    before: Path
    home: Path
    said: dict[str, Any]
    seen: set[frozenset[str]]

    def of(self, product: str) -> dict[str, str]:
        """What the command said of one product."""
        (row,) = [row for row in self.said["products"] if row["product"] == product]
        return row

    def old(self, product: str) -> frozenset[str]:
        """Its pseudonyms of before."""
        return keys_in(shelf_of(self.before, product))

    def new(self, product: str) -> frozenset[str]:
        """Its pseudonyms now."""
        return keys_in(shelf_of(self.home, product))


def shelf_of(home: Path, product: str) -> Path:
    """Where a product is published."""
    return home / "published" / product


@pytest.fixture(scope="module")
def rotated(small_night) -> Iterator[Rotated]:
    """A copy of the night that other accounts can reach, as a deployment's home is."""
    folder, before = Path(tempfile.mkdtemp(prefix="rotation-")), os.umask(0o077)
    folder.chmod(0o755)
    home = folder / "home"
    shutil.copytree(small_night.home, home, symlinks=True)
    watch = Watch(shelf_of(home, WATCHED))
    looking = threading.Thread(target=watch.run)
    looking.start()
    try:
        done = rotate(home)
    finally:
        watch.is_over.set()
        looking.join()
        os.umask(before)
    assert done.returncode == 0, done.stderr[-3000:]
    yield Rotated(small_night.home, home, json.loads(done.stdout), watch.seen)
    shutil.rmtree(folder)


def rotate(home: Path) -> subprocess.CompletedProcess[str]:
    """As the superuser dbt has an account of its own; otherwise it is confined in ours."""
    is_root = os.geteuid() == 0
    alone = ["unshare", "--mount", "--propagation", "private"] if is_root else []
    program = [sys.executable, str(Path(__file__).with_name("rotate_confined.py"))]
    env = {**os.environ, "WSIC_HOME": str(home), "WSIC_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*alone, *program], cwd=ROOT, env=env | ({"WSIC_WAREHOUSE_USER": USER} if is_root else {}),
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def metrics_of(shelf: Path) -> list[tuple[object, ...]]:
    """Every row of the trend tables, which hold no key."""
    with duckdb.connect(str(shelf / "current.duckdb"), read_only=True) as connection:
        return [
            *connection.execute("from wsic.metric order by all").fetchall(),
            *connection.execute("from wsic.population_count order by all").fetchall(),
        ]


@pytest.mark.parametrize("product", PRODUCTS)
def test_everybody_has_a_new_pseudonym_and_nobody_an_old_one(rotated: Rotated, product: str) -> None:
    old, new = rotated.old(product), rotated.new(product)
    assert len(new) == len(old) > 100
    assert new.isdisjoint(old)


def test_old_and_new_pseudonyms_were_never_published_together(rotated: Rotated) -> None:
    old, new = rotated.old(WATCHED), rotated.new(WATCHED)
    assert old in rotated.seen
    assert [seen for seen in rotated.seen if seen & old and seen & new] == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_no_old_pseudonym_is_left_in_what_the_product_was_made_from(rotated: Rotated, product: str) -> None:
    rows = rotated.home / "pseudonymised" / product / "person_sources.parquet"
    warehouse = rotated.home / "warehouse" / f"{product}.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for relation in (f"'{rows}'", "marts.dim_person"):
            found = connection.execute(f"select distinct person_key from {relation}").fetchall()
            assert found
            assert {row[0] for row in found}.isdisjoint(rotated.old(product))


@pytest.mark.parametrize("product", PRODUCTS)
def test_trends_go_on_as_they_were(rotated: Rotated, product: str) -> None:
    assert rotated.said["changed_tables"][product] == []
    before, after = (metrics_of(shelf_of(home, product)) for home in (rotated.before, rotated.home))
    assert before == after != []


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_gate_judged_it(rotated: Rotated, product: str) -> None:
    ledger = Ledger(rotated.home / "audit" / "ledger.sqlite")
    statement = "select suite || '.' || rule_id as rule from rule_result where run_id = ? and is_passed = 1"
    passed = {row["rule"] for row in ledger.query(statement, (rotated.of(product)["run_id"],))}
    critical = {str(row) for row in before_serving(product)} | {
        str(row) for row in before_writing(product) if row.suite in ("dbt", "objections", "audit_log")
    }
    assert critical <= passed | {"published.controlled.not_given_away_before"}


def test_nothing_is_left_under_the_old_root_and_the_log_holds(rotated: Rotated) -> None:
    settings = Settings(home=rotated.home)
    assert still_carried(settings) == ()
    assert load_keys(settings).root_id == rotated.said["new_root_id"] != rotated.said["old_root_id"]
    assert verify(settings, files_too=True).findings == ()


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_release_has_its_report_and_the_zones_are_closed_again(rotated: Rotated, product: str) -> None:
    done = rotated.of(product)
    page = (rotated.home / "audit" / "reports" / f"ig-{done['run_id']}.html").read_text("utf-8")
    assert done["new_key_id"] in page
    assert "the custodian has left" in page
    assert str(rotated.said["new_root_id"]) in page
    is_last = product == rotated.said["products"][-1]["product"]
    assert ("is not made again yet" not in page) == is_last
    for zone in ("pseudonymised", "warehouse"):
        made = [rotated.home / zone / product, rotated.home / zone / f"{product}.dbt"]
        assert [path for path in made if path.exists() and path.stat().st_mode & 0o077] == []
        assert not list((rotated.home / zone).glob(".rekeyed*"))
