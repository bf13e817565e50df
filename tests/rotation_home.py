"""A deployment with a real vault and real pseudonyms to rotate keys in; without dbt, checks and page.

The warehouse is what pseudonymising wrote, as one table; it is published by the product's own code.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import publish
from pipeline.identity import link, pseudonymise
from pipeline.ledger import Ledger
from pipeline.publish import release
from pipeline.publish.copying import TARGET
from pipeline.run.opened import Run, write_run
from pipeline.run.rotation import rotate as rotation
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.identity_economy import AS_OF, Economy, nhs_number

PRODUCT, OTHER = "direct_care", "secondary_use"
BASE = "20260331-001"
PEOPLE = 6
LISTS = (
    ("type_1_dissent", "snomed", "1", ""),
    ("type_1_withdrawn", "snomed", "2", ""),
    ("legally_restricted", "icd10", "Z31", ""),
)


def make_home(home: Path) -> Economy:
    """A night of six people, linked, pseudonymised and published, with two versions of the product kept."""
    economy = Economy(home)
    for n in range(PEOPLE):
        economy.person(f"g{n}", nhs_number(n + 1))
    economy.reference("codelists", "codelist,code_system,code,term", *LISTS)
    economy.land()
    for product in (PRODUCT, OTHER):
        publish.shelf(economy.settings, product).prepare()
    for run_id in ("20260330-001", BASE):
        open_night(economy.settings, economy.ledger, run_id)
        link(economy.settings, economy.ledger, run_id, AS_OF)
        pseudonymise(economy.settings, economy.ledger, run_id, PRODUCT, AS_OF)
        build(economy.settings, economy.ledger, run_id=run_id, product=PRODUCT)
        write(economy.settings, economy.ledger, run_id, PRODUCT, inspect=lambda path: None)
        release.serve(economy.settings, economy.ledger, run_id, PRODUCT)
    economy.ledger.put(
        "run", [{**row, "outcome": "published"} for row in economy.ledger.query("select * from run")]
    )
    return economy


def open_night(settings: Settings, ledger: Ledger, run_id: str) -> None:
    """A run in the ledger, with a feed of its own."""
    from pipeline import keys

    run = Run(run_id=run_id, settings=settings, ledger=ledger, extracts=settings.home, as_of=AS_OF)
    write_run(run, key_ids=keys.key_ids(settings))
    ledger.put(
        "feed",
        [
            {
                "run_id": run_id,
                "source": "gp",
                "sender": "YGM01",
                "feed": "emis",
                "outcome": "landed",
                "files": 1,
            }
        ],
    )


def build(settings: Settings, ledger: Ledger, *, run_id: str, product: str) -> Path:
    """In place of dbt: the people of the pseudonymised zone, as one table."""
    zones = Zones(settings.home)
    target = zones.warehouse(product)
    target.parent.mkdir(exist_ok=True)
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target)) as connection:
        connection.execute(
            "create schema core; create table core.person as select person_key, count(*) as records from "
            f"read_parquet('{zones.pseudonymised(product)}/person_sources.parquet') group by 1"
        )
    return target


def write(
    settings: Settings, ledger: Ledger, run_id: str, product: str, *, inspect: Callable[[Path], None]
) -> Path:
    """In place of the gates that need dbt: the version with its Parquet, inspected, on the shelf."""
    source = Zones(settings.home).warehouse(product)

    def copy(connection: duckdb.DuckDBPyConnection, target: Path, parquet: Path) -> None:
        release.copying.copy_tables(connection, source, target, [("core", "person")])
        release.copying.write_parquet(connection, parquet)
        connection.execute(f"detach {TARGET}")
        inspect(target)

    return release.write_version(settings, run_id, product, copy)


@contextmanager
def without_dbt() -> Iterator[pytest.MonkeyPatch]:
    """Rotations inside the block build and check as this module does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("run_arrival_checks", "run_product_checks"):
            patch.setattr(rotation.checks, name, lambda *args, **kwargs: [])
        patch.setattr(rotation.warehouse, "export", lambda *args, **kwargs: None)
        patch.setattr(rotation.warehouse, "build", build)
        patch.setattr(rotation.publish, "write_checked", write)
        for name in ("write_ig_report", "require_proved"):  # tests/e2e/test_root_rotation.py has the page
            patch.setattr(rotation, name, lambda *args, **kwargs: None)
        yield patch


def killing(call: Callable[..., Any], when: str) -> Callable[..., Any]:
    """``call``, with the process gone before it begins or when it has ended."""

    def killed(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            call(*args, **kwargs)
        os._exit(9)

    return killed


def arming(
    call: Callable[..., Any], patch: pytest.MonkeyPatch, place: object, name: str, when: str
) -> Callable[..., Any]:
    """``call``, after which the next call of ``name`` kills."""

    def armed(*args: Any, **kwargs: Any) -> None:
        call(*args, **kwargs)
        patch.setattr(place, name, killing(getattr(place, name), when))

    return armed


def exit_code_of(act: Callable[[pytest.MonkeyPatch], object]) -> int:
    """How a process of its own ended that did ``act`` without dbt: 9 where a step killed it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with without_dbt() as patch:
                act(patch)
                code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def served_keys(home: Path, product: str = PRODUCT) -> set[str]:
    """The pseudonyms in the database that is served."""
    return _people(f"'{home}/published/{product}/current.duckdb'", is_database=True)


def parquet_keys(home: Path, product: str = PRODUCT) -> set[str]:
    """Those in the Parquet that is served beside it."""
    return _people(f"'{home}/published/{product}/parquet/current/core.person.parquet'")


def zone_keys(home: Path, product: str = PRODUCT) -> set[str]:
    """Those in the pseudonymised zone."""
    return _people(f"'{home}/pseudonymised/{product}/person_sources.parquet'")


def _people(where: str, *, is_database: bool = False) -> set[str]:
    with duckdb.connect() as connection:
        if is_database:
            connection.execute(f"attach {where} as served (read_only)")
        relation = "served.core.person" if is_database else f"read_parquet({where})"
        return {row[0] for row in connection.execute(f"select person_key from {relation}").fetchall()}


def register(home: Path) -> list[dict[str, object]]:
    """The versions of the product's key, as they lie on the disk."""
    raw = json.loads((home / "keys" / "versions.json").read_text("utf-8"))
    rows: list[dict[str, object]] = raw["products"][f"product:{PRODUCT}"]
    return rows
