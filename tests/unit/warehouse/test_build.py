"""The one dbt process: what it may see, and what is told when it did not get through."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.errors import ChecksRefusedError, SetupError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.warehouse import build, dbt, purposes, whole_system
from pipeline.zones import Zones

RUN = "20260331-001"


class FakeDbt:
    """Stands in for the process: writes results and a database, and remembers its environment."""

    def __init__(self, *nodes: tuple[str, str, int], code: int = 0) -> None:
        self.nodes, self.code = nodes, code
        self.environ: dict[str, str] = {}
        self.arguments: tuple[str, ...] = ()

    def __call__(self, arguments: Sequence[str], *, environ: Mapping[str, str], work: Path) -> int:
        self.environ, self.arguments = dict(environ), tuple(arguments)
        Path(environ["WSIC_WAREHOUSE_FILE"]).write_text("new")
        target = work / "target"
        target.mkdir(exist_ok=True)
        results = [
            {"unique_id": name, "status": status, "failures": failures, "message": "MARKER-VALUE"}
            for name, status, failures in self.nodes
        ]
        (target / "run_results.json").write_text(json.dumps({"results": results}))
        return self.code


@pytest.fixture(autouse=True)
def _every_purpose_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate before dbt has tests of its own (tests/faults/register); here it lets everything through."""
    monkeypatch.setattr(purposes, "require_allowed", lambda *args, **kwargs: None)
    monkeypatch.setattr(whole_system, "dbt_arguments", lambda folder: ())


@pytest.fixture
def warehouse(settings: Settings, ledger: Ledger) -> Path:
    """An earlier good build of direct_care."""
    path = Zones(settings.home).warehouse("direct_care")
    path.write_text("old")
    return path


GOOD = (("model.wsic.person", "success", 0), ("test.wsic.unique_person", "pass", 0))
BAD = (
    ("model.wsic.person", "success", 0),
    ("test.wsic.unique_person", "fail", 3),
    ("model.wsic.x", "error", 0),
)


def test_a_good_build_takes_the_place_of_the_last(
    settings: Settings, ledger: Ledger, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt, "run", FakeDbt(*GOOD))
    assert build(settings, ledger, run_id=RUN, product="direct_care") == warehouse
    assert warehouse.read_text() == "new"
    rows = ledger.query(
        "select rule_id, rows_checked, rows_failed, is_passed from rule_result order by rule_id"
    )
    assert [tuple(row.values()) for row in rows] == [("models_built", 1, 0, 1), ("tests_passed", 1, 0, 1)]


@pytest.mark.parametrize(
    ("product", "other"), [("direct_care", "secondary_use"), ("secondary_use", "direct_care")]
)
def test_what_is_for_another_product_alone_is_not_built(
    settings: Settings, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, product: str, other: str
) -> None:
    fake = FakeDbt(*GOOD)
    monkeypatch.setattr(dbt, "run", fake)
    build(settings, ledger, run_id=RUN, product=product)
    assert fake.arguments[fake.arguments.index("--exclude") :] == (
        "--exclude",
        f"config.meta.only_in:{other}",
    )


def test_a_broken_build_is_refused_by_name_and_count_and_the_last_one_stands(
    settings: Settings, ledger: Ledger, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt, "run", FakeDbt(*BAD, code=1))
    with pytest.raises(ChecksRefusedError) as refused:
        build(settings, ledger, run_id=RUN, product="direct_care")
    assert "test wsic.unique_person (3 rows), model wsic.x (error)" in str(refused.value)
    assert "MARKER-VALUE" not in str(refused.value)
    assert warehouse.read_text() == "old"
    assert ledger.query("select 1 from rule_result where rule_id = 'tests_passed' and rows_failed = 1")


def test_dbt_that_ran_nothing_is_no_success(
    settings: Settings, ledger: Ledger, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt, "run", FakeDbt(code=0))
    with pytest.raises(ChecksRefusedError, match="before it built anything"):
        build(settings, ledger, run_id=RUN, product="direct_care")
    assert warehouse.read_text() == "old"


def test_results_of_an_earlier_build_do_not_count(
    settings: Settings, ledger: Ledger, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt, "run", FakeDbt(*GOOD))
    build(settings, ledger, run_id=RUN, product="direct_care")
    monkeypatch.setattr(dbt, "run", lambda arguments, *, environ, work: 0)
    with pytest.raises(ChecksRefusedError):
        build(settings, ledger, run_id="20260331-002", product="direct_care")


def test_dbt_gets_paths_and_no_key(
    settings: Settings, ledger: Ledger, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else this process has in its environment, dbt has only these."""
    monkeypatch.setenv("WSIC_ROOT_KEY", "0123456789abcdef" * 4)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    fake = FakeDbt(*GOOD)
    monkeypatch.setattr(dbt, "run", fake)
    build(settings, ledger, run_id=RUN, product="direct_care")
    assert set(fake.environ) == {
        "WSIC_PSEUDONYMISED_DIR", "WSIC_WAREHOUSE_FILE", "WSIC_PRODUCT", "WSIC_MEMORY_LIMIT", "PATH",
        "TMPDIR", "WSIC_THREADS",
        "LANG", "DBT_SEND_ANONYMOUS_USAGE_STATS", "DO_NOT_TRACK",
    }  # fmt: skip


def test_a_product_that_is_none_is_refused(settings: Settings, ledger: Ledger) -> None:
    with pytest.raises(SetupError, match="valid: direct_care, secondary_use"):
        build(settings, ledger, run_id=RUN, product="open")
