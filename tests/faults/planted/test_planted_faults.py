"""Every planted fault is stopped by the gate that should stop it; without that gate its damage is done.

Each fault is planted twice: with every gate at work, where its own has to refuse it, and with its own taken
away, where what the gate stands against has to happen: the objector is served, the name stands in the table,
the run goes on. What other gates behind it would still find is said with the fault (``behind``).
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
from pipeline.least_privilege import landlock
from pipeline.run import steps
from tests.planted.all_faults import FAULTS
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
from tests.planted.fault import Fault, begin, take
from tests.planted.faults_in_warehouse import IN_WAREHOUSE
from tests.planted.gates import GATES

FAMILIES = {
    family: tuple(fault for fault in FAULTS if fault.family == family)
    for family in dict.fromkeys(fault.family for fault in FAULTS)
}


def _name(case: Fault | tuple[object, ...]) -> str:
    return case.name if isinstance(case, Fault) else " ".join(str(part) for part in case if part)


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
        if fault.gate == "dbt.held_back" and not landlock.version():
            pytest.skip("this kernel has no Landlock")
        of = "published" if fault.is_published else "checked"
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
    assert not fault.is_done(deployment), "it was refused, and its damage was done all the same"
    assert deployment.served() == served == (RUN_ID if fault.is_published else BEFORE)
    assert {name: deployment.versions(name) for name in shelves} == shelves, "something was left on a shelf"


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES, ids=_name)
def test_without_its_gate_the_damage_is_done(
    start, family: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faults of one gate are let through together; each is seen to have done what the gate is against."""
    faults = FAMILIES[family]
    deployment = start(faults[0])
    for fault in faults:
        fault.plant(deployment, monkeypatch)
    for gate in dict.fromkeys(name for fault in faults for name in (fault.gate, *fault.behind)):
        GATES[gate].off(monkeypatch)
    first = dict.fromkeys(fault.step for fault in faults)
    for step in first:
        begin(step, deployment)
    for step in (*first, *dict.fromkeys(step for fault in faults for step in fault.then)):
        refused = take(step, deployment)
        assert refused is None, f"at {step} something else stops it: {refused}"
    harmless = [fault.name for fault in faults if not fault.is_done(deployment)]
    assert not harmless, f"these did no damage without their gate: {harmless}"


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
