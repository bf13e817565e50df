"""Publishing is all or nothing: whatever breaks, whatever was served before is served still."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import duckdb
import pytest

from expectations.product_relations import SCHEMAS
from pipeline import publish
from pipeline.checks import forget, mark_checked
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.gate_results import Wanted, before_serving, before_writing
from pipeline.ledger import Ledger
from pipeline.publish import copying, release, versions
from pipeline.publish.public import manifest_path
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from pipeline.zones import Zones
from tests.gate_rows import looked, put_gates_before, put_passed
from tests.lasting import one_in
from tests.product_fixture import AS_OF, make_warehouse, run_sql

PRODUCT = "secondary_use"


class Night:
    """A home with a warehouse, its manifest, and a ledger in which all checks passed."""

    def __init__(self, home: Path, warehouse: Path) -> None:
        self.settings = Settings(home=home, memory_limit="1GB", keep_versions=2)
        self.zones = Zones(home).create()
        self.ledger = Ledger(self.zones.audit / "ledger.sqlite")
        self.warehouse = self.zones.warehouse(PRODUCT)
        self.root = self.zones.published(PRODUCT)
        self._template = warehouse
        manifest = manifest_path(self.zones, PRODUCT)
        manifest.parent.mkdir(parents=True)
        manifest.write_text(json.dumps({"nodes": self._nodes()}), "utf-8")

    def _nodes(self) -> dict[str, dict[str, str]]:
        with duckdb.connect(str(self._template), read_only=True) as connection:
            tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {
            f"model.wsic.{table}": {
                "resource_type": "model", "schema": schema, "name": table, "alias": table,
                "access": "public" if schema in SCHEMAS else "protected",
            }
            for schema, table in tables
        }  # fmt: skip

    def build(self, run_id: str) -> None:
        """The steps before publishing: a run, its warehouse, its checks."""
        shutil.copy(self._template, self.warehouse)
        run_sql(self.warehouse, f"update audit.run set run_id = '{run_id}'")
        row = {
            "run_id": run_id,
            "as_of": AS_OF.isoformat(),
            "started_at": "x",
            "outcome": "running",
            "code_version": "x",
        }
        self.ledger.put("run", [row])
        put_gates_before(self.ledger, run_id, PRODUCT)
        mark_checked(self.warehouse, run_id)

    def publish(self, run_id: str) -> Path:
        look = looked(self.ledger, run_id, PRODUCT)
        return publish.publish(self.settings, self.ledger, run_id, PRODUCT, inspect=look)

    def served(self) -> str:
        """The run that a reader of the product sees, read from the product itself."""
        with duckdb.connect(str(self.root / "current.duckdb"), read_only=True) as connection:
            (row,) = connection.execute("select run_id, outcome from audit.run").fetchall()
        assert row[1] == "published"
        return str(row[0])


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_warehouse(tmp_path_factory.mktemp("built") / "secondary_use.duckdb")


@pytest.fixture
def night(tmp_path: Path, warehouse: Path) -> Night:
    return Night(tmp_path / "home", warehouse)


def test_a_version_holds_the_public_tables_sealed_and_read_only(night: Night) -> None:
    night.build("run-1")
    path = night.publish("run-1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert night.served() == "run-1"
    with duckdb.connect(str(path), read_only=True) as connection:
        schemas = {row[0] for row in connection.execute("select schema_name from duckdb_tables()").fetchall()}
        assert schemas == set(SCHEMAS)  # staging stays in the warehouse
        assert connection.execute("select count(*) from audit.run where ended_at is not null").fetchone() == (
            1,
        )
        checks = connection.execute("select count(*) from quality.rule_result where is_passed").fetchone()
        # When it is sealed, its copies and its people are still to be looked at.
        assert checks == (len(before_writing(PRODUCT)),)
        before = duckdb.sql(f"from '{night.root}/parquet/current/core.person.parquet'").fetchall()
        assert connection.execute("from core.person").fetchall() == before
    assert (night.root / "current.duckdb").readlink() == Path("versions/run-1.duckdb")
    said = night.ledger.query("select run_id, outcome from publication where product = ?", (PRODUCT,))
    assert said == [{"run_id": "run-1", "outcome": "published"}]


_STEPS = (
    (release.gate, "require_passed"),
    (release.gate, "require_unchanged"),
    (copying, "copy_tables"),
    (copying, "seal"),
    (copying, "write_parquet"),
    (release, "make_lasting"),
    (release, "put_in_place"),
    (release, "swap"),
    (versions, "swap"),
    (release, "record"),
    (release, "prune"),
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("module", "step"), one_in(3, _STEPS), ids=lambda value: getattr(value, "__name__", value)
)
def test_a_crash_leaves_a_whole_version_served(
    night: Night, monkeypatch: pytest.MonkeyPatch, module: object, step: str, when: str
) -> None:
    night.build("run-1")
    night.publish("run-1")
    night.build("run-2")
    real = getattr(module, step)

    def crash(*args: object, **kwargs: object) -> None:
        if when == "after":
            real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, crash)
        with pytest.raises(KeyboardInterrupt):
            night.publish("run-2")
    before_swap = (
        module is not versions
        and step not in ("record", "prune")
        and not (step == "swap" and when == "after")
    )
    assert night.served() == ("run-1" if before_swap else "run-2")
    # The next attempt needs no help: it clears up, publishes, and both links agree.
    night.publish("run-2")
    assert night.served() == "run-2"
    assert (night.root / "parquet" / "current").readlink() == Path("run-2")
    assert [path.name for path in night.root.rglob(".*")] == []


def _change(ledger: Ledger, what: str) -> None:
    with ledger.transaction() as connection:
        connection.execute(f"update rule_result set {what}")


def test_nothing_is_published_without_checks(night: Night) -> None:
    night.build("run-1")
    night.publish("run-1")
    night.build("run-2")
    with night.ledger.transaction() as connection:
        connection.execute("delete from rule_result where run_id = 'run-2'")
    with pytest.raises(ChecksRefusedError, match="not checked"):
        night.publish("run-2")
    assert night.served() == "run-1"
    (row,) = night.ledger.query("select outcome from publication where run_id = 'run-2'")
    assert row["outcome"] == "refused"


# The result of looking at the audit log is left by publishing itself.
_ONE_A_SUITE = {row.suite: row for row in before_writing(PRODUCT) if row.suite != "audit_log"}


@pytest.mark.parametrize("missing", _ONE_A_SUITE.values(), ids=str)
def test_one_missing_result_refuses(night: Night, missing: Wanted) -> None:
    night.build("run-1")
    forget(night.ledger, "run-1", [missing])
    with pytest.raises(ChecksRefusedError, match=rf"not checked by run run-1: {missing}$"):
        night.publish("run-1")
    assert not (night.root / "current.duckdb").exists()


@pytest.mark.parametrize("product", [*PRODUCTS, OPEN_PRODUCT])
def test_every_result_is_missed_by_name(tmp_path: Path, product: str) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    wanted = (*before_writing(product), *before_serving(product))
    put_passed(ledger, "run-1", wanted)
    release.gate.require_passed(ledger, "run-1", product, wanted=wanted)
    with pytest.raises(ChecksRefusedError, match=f"not checked by run run-2: .* and {len(wanted) - 12} more"):
        release.gate.require_passed(ledger, "run-2", product, wanted=wanted)
    for missing in wanted:
        forget(ledger, "run-1", [missing])
        with pytest.raises(ChecksRefusedError, match=rf"not checked by run run-1: {missing}$"):
            release.gate.require_passed(ledger, "run-1", product, wanted=wanted)
        put_passed(ledger, "run-1", [missing])


def test_a_version_that_nobody_looked_through_is_not_served(night: Night) -> None:
    """The results of an earlier attempt at the same run do not count for this one."""
    night.build("run-1")
    night.publish("run-1")
    night.build("run-2")
    looked(night.ledger, "run-2", PRODUCT)(night.warehouse)
    with pytest.raises(ChecksRefusedError, match=r"run run-2: objections\.version_people"):
        publish.publish(night.settings, night.ledger, "run-2", PRODUCT, inspect=lambda path: None)
    assert night.served() == "run-1"
    assert [path.name for path in night.root.rglob("*run-2*")] == []


def test_a_result_whose_name_is_no_word_is_not_sealed_into_a_version(night: Night) -> None:
    """It is written after the last scan, so it could carry anything: here a number of ten digits."""
    night.build("run-1")
    put_passed(night.ledger, "run-1", [Wanted(PRODUCT, "pseudonymise", "domain:9990000018")])
    with pytest.raises(ChecksRefusedError, match="1 results of run run-1"):
        night.publish("run-1")


@pytest.mark.parametrize(
    ("suite", "product"), [("published.leaks", PRODUCT), ("arrived.acute", ""), ("dbt", PRODUCT)]
)
def test_one_failed_critical_rule_refuses(night: Night, suite: str, product: str) -> None:
    night.build("run-1")
    put_passed(night.ledger, "run-1", [Wanted(product, suite, "any_rule")])
    _change(night.ledger, "rows_failed = 1, is_passed = 0 where rule_id = 'any_rule'")
    with pytest.raises(ChecksRefusedError, match=rf"{suite}\.any_rule \(1 of 1\)"):
        night.publish("run-1")


def test_a_warning_does_not_refuse(night: Night) -> None:
    night.build("run-1")
    put_passed(night.ledger, "run-1", [Wanted("", "arrived.gp", "a_warning")])
    _change(night.ledger, "severity = 'warning', is_passed = 0 where rule_id = 'a_warning'")
    night.publish("run-1")
    assert night.served() == "run-1"


def test_a_database_changed_after_its_checks_is_refused(night: Night) -> None:
    night.build("run-1")
    run_sql(night.warehouse, "update core.person set sex = 'unknown'")
    with pytest.raises(ChecksRefusedError, match="not the state"):
        night.publish("run-1")


def test_setting_the_clock_back_does_not_hide_a_change(night: Night) -> None:
    night.build("run-1")
    before, size = night.warehouse.stat(), night.warehouse.stat().st_size
    run_sql(night.warehouse, "update core.person set sex = 'unknown'")
    os.truncate(night.warehouse, size)
    os.utime(night.warehouse, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ChecksRefusedError, match="not the state"):
        night.publish("run-1")


@pytest.mark.parametrize(
    "nodes", [{}, {"m": {"resource_type": "model", "schema": "marts", "name": "dim", "access": "public"}}]
)
def test_a_manifest_that_marks_nothing_or_too_much_is_refused(night: Night, nodes: dict[str, object]) -> None:
    night.build("run-1")
    manifest_path(night.zones, PRODUCT).write_text(json.dumps({"nodes": nodes}), "utf-8")
    with pytest.raises(ChecksRefusedError, match="public"):
        night.publish("run-1")


def test_a_table_whose_purpose_is_another_products_is_not_published(night: Night) -> None:
    night.build("run-1")
    path = manifest_path(night.zones, PRODUCT)
    manifest = json.loads(path.read_text("utf-8"))
    purposes = {"person": ["secondary_use"], "activity": ["direct_care"], "registration": "direct_care"}
    for name, purpose in purposes.items():
        manifest["nodes"][f"model.wsic.{name}"]["config"] = {"meta": {"purpose": purpose}}
    path.write_text(json.dumps(manifest), "utf-8")
    with duckdb.connect(str(night.publish("run-1")), read_only=True) as connection:
        served = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    assert ("core.person",) in served
    assert not {("core.activity",), ("core.registration",)} & set(served)


def test_without_a_manifest_nothing_is_published(night: Night) -> None:
    night.build("run-1")
    manifest_path(night.zones, PRODUCT).unlink()
    with pytest.raises(ChecksRefusedError, match="manifest"):
        night.publish("run-1")


def test_rollback_goes_to_the_version_before_and_old_ones_are_cleared(night: Night) -> None:
    for run_id in ("run-1", "run-2", "run-3"):
        night.build(run_id)
        night.publish(run_id)
    kept = publish.list_versions(night.settings, PRODUCT)
    assert [(version.run_id, version.is_current) for version in kept] == [("run-3", True), ("run-2", False)]
    assert publish.rollback(night.settings, night.ledger, PRODUCT).run_id == "run-2"
    assert night.served() == "run-2"
    assert (night.root / "parquet" / "current").readlink() == Path("run-2")
    with pytest.raises(UsageError, match="no earlier version is kept; kept: run-3, run-2"):
        publish.rollback(night.settings, night.ledger, PRODUCT)
    assert publish.rollback(night.settings, night.ledger, PRODUCT, to="run-3").run_id == "run-3"


def test_the_served_version_is_never_cleared(night: Night) -> None:
    for run_id in ("run-1", "run-2"):
        night.build(run_id)
        night.publish(run_id)
    publish.rollback(night.settings, night.ledger, PRODUCT)
    night.settings = Settings(home=night.settings.home, keep_versions=1)
    versions.prune(night.settings, PRODUCT)
    assert night.served() == "run-1"


def test_a_reader_keeps_what_it_opened(night: Night) -> None:
    night.build("run-1")
    night.publish("run-1")
    with duckdb.connect(str(night.root / "current.duckdb"), read_only=True) as reader:
        night.build("run-2")
        night.publish("run-2")
        assert reader.execute("select run_id from audit.run").fetchall() == [("run-1",)]
    assert night.served() == "run-2"


def test_an_unknown_product_names_the_valid_ones(night: Night) -> None:
    with pytest.raises(UsageError, match="direct_care, open, secondary_use"):
        publish.list_versions(night.settings, "research")
