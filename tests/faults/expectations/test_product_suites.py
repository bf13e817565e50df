"""Every rule that gates publishing is broken once, in the database that is about to be published."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from expectations.products import check_product
from expectations.published import SUITES, index_leaks
from expectations.results import CRITICAL, RuleResult
from expectations.rules import Rule, Suite
from pipeline.checks import conclude, is_checked, run_product_checks
from pipeline.errors import ChecksRefusedError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.planted.rule_breaks import BREAKS
from tests.product_fixture import AS_OF, RUN_ID, context, make_released, make_warehouse, no_leaks, run_sql

_RULES = {(suite.word, rule.rule_id): rule for suite in SUITES for rule in suite.rules}
_PLANTED = [(suite, rule_id) for suite, rules in BREAKS.items() for rule_id in rules]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("healthy")
    database = make_warehouse(folder / "secondary_use.duckdb")
    return database, make_released(folder / "person_sources.parquet", database)


@pytest.fixture
def night(tmp_path: Path, healthy: tuple[Path, Path]) -> tuple[Settings, Ledger, Path]:
    settings = Settings(home=tmp_path / "home", memory_limit="1GB")
    zones = Zones(settings.home).create()
    ledger = Ledger(zones.audit / "ledger.sqlite")
    run = {
        "run_id": RUN_ID,
        "as_of": AS_OF.isoformat(),
        "started_at": "x",
        "outcome": "running",
        "code_version": "x",
    }
    ledger.put("run", [run])
    zones.pseudonymised("secondary_use").mkdir(parents=True)
    shutil.copy(healthy[1], zones.pseudonymised("secondary_use") / "person_sources.parquet")
    database = zones.warehouse("secondary_use")
    shutil.copy(healthy[0], database)
    return settings, ledger, database


def _leak(rule_id: str) -> Callable[[object], pa.Table]:
    """What the identity room says where it found one value of the kind that the rule is about."""
    row = {"kind": rule_id.removeprefix("no_"), "place": "core.person.sex", "values_checked": 1}
    return lambda _: pa.concat_tables([no_leaks(), pa.Table.from_pylist([{**row, "values_found": 1}])])


def _judged(word: str, rule: Rule, database: Path, released: Path, **changes: object) -> RuleResult:
    scan = _leak(rule.rule_id) if word == index_leaks.SUITE.word else no_leaks
    with duckdb.connect() as connection:
        suites = [Suite(word=word, rules=(rule,))]
        (result,) = check_product(
            connection, database, context(released, **changes), suites=suites, index_leaks=scan(database)
        )
    return result


def test_a_healthy_product_passes_every_rule(night: tuple[Settings, Ledger, Path]) -> None:
    settings, ledger, database = night
    results = run_product_checks(settings, ledger, RUN_ID, "secondary_use", scan=no_leaks)
    assert [str(result) for result in results if not result.is_passed] == []
    assert len(results) == len(_RULES)
    assert is_checked(database, RUN_ID)
    assert not is_checked(database, "20260331-002")
    assert len(ledger.query("select * from practice_list where product = 'secondary_use'")) == 4


def test_every_rule_has_a_fault_and_every_fault_a_rule() -> None:
    assert set(_PLANTED) == set(_RULES)


@pytest.mark.parametrize(("suite", "rule_id"), _PLANTED)
def test_every_rule_fails_when_broken(
    suite: str, rule_id: str, healthy: tuple[Path, Path], tmp_path: Path
) -> None:
    rule, database = _RULES[suite, rule_id], tmp_path / "secondary_use.duckdb"
    shutil.copy(healthy[0], database)
    changes: dict[str, object] = {}
    if rule_id == "products_cannot_be_joined":
        changes["other_product"] = shutil.copy(healthy[0], tmp_path / "current.duckdb")
    elif BREAKS[suite][rule_id]:
        run_sql(database, BREAKS[suite][rule_id])
    result = _judged(suite, rule, database, healthy[1], **changes)
    assert result.is_judged
    assert not result.is_passed
    ledger = Ledger(tmp_path / "ledger.sqlite")
    if rule.severity == CRITICAL:
        with pytest.raises(ChecksRefusedError, match=rf"{suite}\.{rule_id}: \d+ of \d+ failed"):
            conclude(ledger, RUN_ID, "secondary_use", [result])
    else:
        conclude(ledger, RUN_ID, "secondary_use", [result])


@pytest.mark.parametrize("suite", BREAKS)
def test_without_its_suite_the_fault_goes_on(suite: str, healthy: tuple[Path, Path], tmp_path: Path) -> None:
    """None of the others stops it: taking a suite away would be seen by its faults, and by nothing else."""
    rule_id = next(rule for rule in BREAKS[suite] if _RULES[suite, rule].severity == CRITICAL)
    database = Path(shutil.copy(healthy[0], tmp_path / "secondary_use.duckdb"))
    if BREAKS[suite][rule_id]:
        run_sql(database, BREAKS[suite][rule_id])
    found = (_leak(rule_id) if suite == index_leaks.SUITE.word else no_leaks)(database)
    others = [each for each in SUITES if each.word != suite]
    with duckdb.connect() as connection:
        results = check_product(connection, database, context(healthy[1]), suites=others, index_leaks=found)
    assert [str(result) for result in results if result.refuses] == []
    assert len(results) == len(_RULES) - len(BREAKS[suite])


def test_a_broken_rule_leaves_the_database_unmarked(night: tuple[Settings, Ledger, Path]) -> None:
    settings, ledger, database = night
    run_product_checks(settings, ledger, RUN_ID, "secondary_use", scan=no_leaks)
    with pytest.raises(
        ChecksRefusedError, match=r"index_leaks\.no_name: 1 of \d+ failed in core\.person\.sex"
    ):
        run_product_checks(settings, ledger, RUN_ID, "secondary_use", scan=_leak("no_name"))
    assert not is_checked(database, RUN_ID)


@pytest.mark.parametrize(
    "table", ["core.person", "wsic.metric", "audit.reconciliation", "meta.data_dictionary"]
)
def test_a_missing_table_refuses(table: str, night: tuple[Settings, Ledger, Path]) -> None:
    settings, ledger, database = night
    run_sql(database, f"drop table {table}")
    with pytest.raises(ChecksRefusedError, match=r"contract_columns_present|could not be judged"):
        run_product_checks(settings, ledger, RUN_ID, "secondary_use", scan=no_leaks)


def test_without_the_list_of_released_people_nothing_is_published(
    night: tuple[Settings, Ledger, Path],
) -> None:
    settings, ledger, _ = night
    (Zones(settings.home).pseudonymised("secondary_use") / "person_sources.parquet").unlink()
    with pytest.raises(ChecksRefusedError, match=r"person_released: could not be judged"):
        run_product_checks(settings, ledger, RUN_ID, "secondary_use", scan=no_leaks)
