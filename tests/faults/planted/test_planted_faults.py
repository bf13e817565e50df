"""Every planted fault is stopped by the gate that should stop it, and by it alone at that point.

With one gate taken away, the fault that it stands against goes on: it is published, or comes as far as
another gate behind it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors.register as register
from pipeline.errors import ChecksRefusedError
from pipeline.keys import load_keys
from pipeline.run import steps
from tests.planted.deployment import (
    BEFORE,
    BORN,
    NAME,
    NUMBER,
    POSTCODE,
    PRODUCT,
    RUN_ID,
    Deployment,
    copy_of,
    make,
)
from tests.planted.fault import Fault
from tests.planted.faults_after_dbt import AT_PUBLISH, IN_WAREHOUSE
from tests.planted.faults_at_marked import AT_MARKED
from tests.planted.faults_at_open import AT_OPEN
from tests.planted.faults_before_dbt import FAULTS as BEFORE_DBT
from tests.planted.gates import GATES

FAULTS = (*BEFORE_DBT, *IN_WAREHOUSE, *AT_PUBLISH, *AT_MARKED, *AT_OPEN)
# What suites on a product stand against is planted rule by rule: tests/faults/expectations.
FIRST_OF_GATE = {fault.gate: fault for fault in reversed(FAULTS)}


def _name(case: object) -> str:
    return case.name if isinstance(case, Fault) else str(case)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return make(tmp_path_factory.mktemp("planted") / "home")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, checked: Deployment) -> Deployment:
    """The same, with secondary_use published and open still to be made."""
    made = copy_of(checked, tmp_path_factory.mktemp("published") / "home")
    steps.publish_product(made.run, PRODUCT)
    assert made.served() == RUN_ID
    return made


@pytest.fixture(autouse=True)
def _register_read_again() -> Iterator[None]:
    yield
    register.entities.cache_clear()


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[object]:
    """A copy of the deployment at the point where a fault is planted."""

    def begin(fault: Fault) -> Deployment:
        of = "published" if fault in AT_OPEN else "checked"
        return copy_of(request.getfixturevalue(of), tmp_path / "home")

    yield begin
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.parametrize("fault", FAULTS, ids=_name)
def test_a_planted_fault_is_stopped_by_its_gate(start, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = start(fault)
    served, shelves = deployment.served(), {name: deployment.versions(name) for name in (PRODUCT, "open")}
    fault.plant(deployment, monkeypatch)
    refused = fault.try_it(deployment)
    assert fault.is_stopped_by_its_gate(refused), f"{fault.gate} should have stopped it: {refused}"
    assert deployment.served() == served == (RUN_ID if fault in AT_OPEN else BEFORE)
    assert {name: deployment.versions(name) for name in shelves} == shelves, "something was left on a shelf"


@pytest.mark.parametrize("gate", FIRST_OF_GATE)
def test_without_its_gate_the_fault_goes_on(start, gate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FIRST_OF_GATE[gate]
    deployment = start(fault)
    fault.plant(deployment, monkeypatch)
    GATES[gate].off(monkeypatch)
    assert not fault.is_stopped_by_its_gate(fault.try_it(deployment)), f"{gate} is not what stops it"


def test_identifiers_of_the_index_in_the_warehouse_are_refused_kind_by_kind(start) -> None:
    """By the look of the identity room, each in a column of its own; the key is that of the product."""
    deployment = start(IN_WAREHOUSE[0])
    digest = hashlib.sha256(NUMBER.encode()).hexdigest()
    key = bytes(load_keys(deployment.settings).key(f"product:{PRODUCT}")).hex()
    planted = {
        "nhs_number": ("core.person", "practice_code", f"{NUMBER[:5]}-{NUMBER[5:]}"),
        "encoded_number": ("core.person_source", "sender", NUMBER.encode().hex()),
        "hashed_number": ("core.registration", "practice_code", digest),
        "name": ("wsic.population_segment", "reason", " ".join(NAME)),
        "postcode": ("core.activity", "provider_code", POSTCODE),
        "key": ("audit.run", "key_ids", key),
        "own_birth_date": ("wsic.population_segment", "segment_name", f"born {BORN}"),
    }
    own = f"where person_key = '{deployment.key_of('p1')}'"
    for table, column, text in planted.values():
        deployment.change(f"update {table} set {column} = '{text}' {own if table != 'audit.run' else ''}")
    with pytest.raises(ChecksRefusedError):
        steps.check_product(deployment.run, PRODUCT)
    found = {rule for rule in deployment.failed() if rule.startswith("published.index_leaks.")}
    assert found == {f"published.index_leaks.no_{kind}" for kind in planted}
    assert deployment.served() == BEFORE
