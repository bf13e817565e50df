"""A small deployment with every gate real, brought to the point where a fault is planted in a copy of it.

Records, vault, pseudonyms, objections and keys are real; dbt is stood in for by a warehouse with every table
of the contract, whose people are the pseudonyms of the people who may be in the product.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.product_relations import SCHEMAS
from pipeline import checks, keys
from pipeline.gate_results import before_writing
from pipeline.identity import apply_opt_outs, link
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.ledger import Ledger
from pipeline.publish import release
from pipeline.run import steps
from pipeline.run.opened import Run, announce, write_run
from pipeline.settings import Settings
from pipeline.warehouse import dbt
from pipeline.warehouse import purposes as purposes_gate
from pipeline.warehouse.purposes import verdict
from pipeline.warehouse.purposes.kept import read_register, source_columns
from pipeline.zones import Zones
from tests.gate_rows import put_passed
from tests.identity_economy import AS_OF, Economy, nhs_number, observation
from tests.objection_house import DISSENT, GP, SNOMED_RESTRICTED, House
from tests.product_fixture import PEOPLE, RUN_ID, make_warehouse

PRODUCT, OTHER = "secondary_use", "direct_care"
BEFORE = "20260330-001"
NUMBER, NAME, POSTCODE, BORN = nhs_number(1), ("Zephaniah", "Quillfeather"), "HA1 3UJ", "1950-06-01"
# Record ids of people who may not be in the product, by what keeps them out.
OBJECTORS = {"national_opt_out": "p301", "type_1_objection": "p302", "confidential": "p303"}
SECRET = "o-secret"  # a row of p1, whose code is legally restricted
BORN_THERE = "1941-02-02"  # the day that p2 was born, of which a hospital has an observation
SETTINGS = {"memory_limit": "1GB", "keep_versions": 2}


@dataclass(frozen=True)
class Deployment:
    """A copy of the deployment in which one fault may be planted, and the night's steps from there on."""

    home: Path
    extracts: Path
    changes: dict[str, Any] = field(default_factory=dict)  # of the settings

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, **(SETTINGS | self.changes))

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.zones.audit / "ledger.sqlite")

    @property
    def zones(self) -> Zones:
        return Zones(self.home)

    @property
    def run(self) -> Run:
        return Run(
            run_id=RUN_ID, settings=self.settings, ledger=self.ledger, extracts=self.extracts, as_of=AS_OF
        )

    @property
    def warehouse(self) -> Path:
        return self.zones.warehouse(PRODUCT)

    def served(self, product: str = PRODUCT) -> str:
        """The run that a reader of the product sees."""
        return (self.zones.published(product) / "current.duckdb").resolve().stem

    def versions(self, product: str = PRODUCT) -> set[str]:
        """Everything on the product's shelf."""
        return {str(path.relative_to(self.zones.published(product))) for path in self._shelf(product)}

    def _shelf(self, product: str) -> list[Path]:
        folder = self.zones.published(product)
        return [*folder.glob("versions/*"), *folder.glob("parquet/*"), *folder.glob("versions/.*")]

    def change(self, *statements: str, database: Path | None = None) -> None:
        """Change the warehouse, or another database, as somebody with a hand on the file would."""
        path = database or self.warehouse
        mode = path.stat().st_mode
        path.chmod(0o644)
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)
        path.chmod(mode)

    def key_of(self, record_id: str, product: str = PRODUCT) -> str:
        """The pseudonym that the person of a record has, or would have, in the product."""
        return self._hashed(
            "select keyed_hash('person|v1|' || person_id) from vault.record where record_id = ?",
            record_id, product,
        )  # fmt: skip

    def row_key(self, resource: str, product: str = PRODUCT) -> str:
        """The pseudonym that a GP resource (``Type/id``) has, or would have, in the product."""
        return self._hashed("select keyed_hash('record|v1|gp|YGM01|' || ?)", resource, product)

    def _hashed(self, query: str, value: str, product: str) -> str:
        ring = load_keys(self.settings)
        with (
            open_vault(self.settings, ring, read_only=True) as connection,
            keyed(connection, ring.key(f"product:{product}")),
        ):
            return str(connection.execute(query, [value]).fetchall()[0][0])

    def rewrite(self, path: Path, statement: str, *values: object) -> None:
        """Change a Parquet file: ``statement`` is run on its rows as the table ``t``."""
        with duckdb.connect() as connection:
            connection.execute(f"create table t as from read_parquet('{path}', hive_partitioning = false)")
            connection.execute(statement, values)
            path.unlink()
            connection.execute(f"copy t to '{path}' (format parquet)")

    def in_vault(self, statement: str) -> None:
        """Change the vault."""
        with open_vault(self.settings, load_keys(self.settings)) as connection:
            connection.execute(statement)

    def failed(self) -> set[str]:
        """Every critical rule of the run that did not pass, as the ledger has it."""
        rows = self.ledger.query(
            "select suite, rule_id from rule_result where run_id = ? and severity = 'critical' "
            "and is_passed = 0",
            (RUN_ID,),
        )
        return {f"{row['suite']}.{row['rule_id']}" for row in rows}


class Dbt:
    """Stands in for the dbt process: the warehouse of the contract, and results as dbt writes them."""

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        self.failing: tuple[str, ...] = ()

    def __call__(self, arguments: Sequence[str], *, environ: Mapping[str, str], work: Path) -> int:
        target = work / "target"
        target.mkdir(exist_ok=True)
        built = Path(shutil.copy(self.warehouse, environ["WSIC_WAREHOUSE_FILE"]))
        self._add_rows(built, Path(environ["WSIC_PSEUDONYMISED_DIR"]))
        nodes = {"model.wsic.person": "success", "test.wsic.unique_person": "pass"}
        nodes |= dict.fromkeys(self.failing, "fail")
        results = [{"unique_id": name, "status": status, "failures": 0} for name, status in nodes.items()]
        (target / "run_results.json").write_text(json.dumps({"results": results}), "utf-8")
        (target / "manifest.json").write_text(json.dumps({"nodes": manifest(self.warehouse)}), "utf-8")
        return 1 if self.failing else 0

    @staticmethod
    def _add_rows(built: Path, rows: Path) -> None:
        """As models would: whoever is in the rows comes to be a person, and every observation an activity."""
        with duckdb.connect(str(built)) as connection:
            connection.execute(
                "insert into core.person select p.* replace (r.person_key as person_key) from "
                f"(select person_key from '{rows}/gp__patients.parquet' union "
                f"select person_key from '{rows}/person_sources.parquet' union "
                f"select person_key from '{rows}/gp__observations.parquet') as r "
                "anti join core.person as known using (person_key) cross join (from core.person limit 1) as p"
            )
            connection.execute(
                "insert into core.practice_history by name select person_key, practice_code, pcn_code, "
                f"published_from, published_until from '{rows}/history__practice_history.parquet'"
            )
            connection.execute(
                "insert into core.activity select a.* replace (o.observations_key as activity_key, "
                f"o.person_key as person_key) from '{rows}/gp__observations.parquet' as o "
                "cross join (from core.activity limit 1) as a where o.observations_key is not null"
            )


def manifest(warehouse: Path) -> dict[str, dict[str, str]]:
    """Nodes of a dbt manifest for the tables of a database."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    return {
        f"model.wsic.{schema}.{table}": {
            "resource_type": "model", "schema": schema, "name": table, "alias": table,
            "access": "public" if schema in SCHEMAS else "protected",
        }
        for schema, table in tables
    }  # fmt: skip


def make(home: Path) -> Deployment:
    """A deployment whose product is built and checked, and that of the night before served."""
    house = _people(home)
    _open_run(house.economy)
    house.economy.reply(house.extracts, AS_OF, *(nhs_number(n + 1) for n in range(PEOPLE)))
    house.economy.reply(house.extracts, AS_OF, nhs_number(302), nhs_number(303), name="MBX-2.dat")
    house.economy.land()
    made = Deployment(home, house.extracts)
    link(made.settings, made.ledger, RUN_ID, AS_OF)
    apply_opt_outs(made.settings, made.ledger, RUN_ID, made.extracts, AS_OF)
    steps.pseudonymise(made.run, PRODUCT)
    template = _warehouse(made)
    _serve_night_before(made, template)
    put_passed(
        made.ledger, RUN_ID, [row for row in before_writing(PRODUCT) if row.suite.startswith("arrived.")]
    )
    _keep_verdict(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt, "run", Dbt(template))
        steps.build(made.run, PRODUCT)
    steps.check_product(made.run, PRODUCT)
    return made


def _people(home: Path) -> House:
    house = House(Economy(home))
    economy = house.economy
    names, homes = (
        [{"family": NAME[1], "given": [NAME[0]]}],
        [{"use": "home", "postalCode": POSTCODE}],
    )
    house.person(birth=BORN, name=names, address=homes)
    for n in range(1, PEOPLE + 2):
        house.person(birth=f"{1940 + n % 60}-{1 + n % 12:02}-{1 + n % 27:02}")
    house.person(marks=("R",))
    economy.add("Observation", observation("t1", DISSENT), OBJECTORS["type_1_objection"], **GP)
    economy.add("Observation", observation("secret", SNOMED_RESTRICTED), "p1", **GP)
    economy.add("Observation", observation("weight", "27113001", on=BORN_THERE), "p2", **GP)
    return house


def _open_run(economy: Economy) -> None:
    run = Run(
        run_id=RUN_ID, settings=economy.settings, ledger=economy.ledger, extracts=economy.home, as_of=AS_OF
    )
    announce(run)
    write_run(run, key_ids=keys.key_ids(economy.settings))


def _warehouse(made: Deployment) -> Path:
    """What dbt would build: the tables of the contract, under the pseudonyms of those who may be in."""
    template = make_warehouse(made.home / "template" / f"{PRODUCT}.duckdb")
    released = made.zones.pseudonymised(PRODUCT) / "person_sources.parquet"
    with duckdb.connect(str(template)) as connection:
        connection.execute(
            "create temp table own as select sha256('person' || (row_number() over (order by person_key) "
            f"- 1)) as old, person_key as new from (select distinct person_key from '{released}')"
        )
        with_person = connection.execute(
            "select schema_name || '.' || table_name from duckdb_columns() where column_name = 'person_key' "
            "and schema_name in ('core', 'wsic')"
        ).fetchall()
        for (table,) in with_person:
            connection.execute(
                f"update {table} set person_key = own.new from own where own.old = {table}.person_key"
            )
    return template


def _serve_night_before(made: Deployment, template: Path) -> None:
    """Earlier versions of all three products, for what refuses to leave in their place."""
    made.ledger.put("run", [{**made.ledger.query("select * from run")[0], "run_id": BEFORE}])
    for product, replaced in ((PRODUCT, ""), (OTHER, "replace (sha256(person_key) as person_key)")):

        def write(connection: Any, target: Path, parquet: Path, replaced: str = replaced) -> None:
            connection.execute(f"attach '{template}' as made (read_only); attach '{target}' as v")
            select = f"select * {replaced} from made.core.person"
            connection.execute(f"create schema v.core; create table v.core.person as {select}")
            connection.execute("detach made; detach v")
            parquet.mkdir(parents=True)

        release.write_version(made.settings, BEFORE, product, write)
        release.serve(made.settings, made.ledger, BEFORE, product)


def _keep_verdict(made: Deployment) -> None:
    """The project's models were judged before, with the columns and the register as they are."""
    folder = made.zones.pseudonymised(PRODUCT)
    columns, undeclared = source_columns(folder, read_register(folder))
    assert not undeclared
    columns[f"{purposes_gate.SOURCE}.register.lineage"] = purposes_gate.LINEAGE_COLUMNS
    found = verdict.fingerprint(dbt.PROJECT, folder, columns, PRODUCT)
    verdict.keep(made.zones.warehouse(PRODUCT).parent, found, models=1, opaque=[], rows=[])


def copy_of(made: Deployment, home: Path) -> Deployment:
    """The same deployment elsewhere; a warehouse that was checked is marked as checked there too."""
    shutil.copytree(made.home, home, symlinks=True)
    copied = Deployment(home, made.extracts)
    if checks.is_checked(made.warehouse, RUN_ID):
        checks.mark_checked(copied.warehouse, RUN_ID)
    return copied
