"""Every request that must be refused is refused by its gate; without it the NHS number is handed out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.planted.asking import ASKINGS, Asking
from tests.planted.gates import GATES
from tests.reidentify_desk import Desk, make_desk


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("asking"))


@pytest.fixture
def desk(made: Desk) -> Iterator[Desk]:
    """The desk with its log, its receipts and its requesters as they were in the beginning."""
    for name in ("log.jsonl", "checkpoints.jsonl"):
        (made.settings.home / "audit" / name).unlink(missing_ok=True)
    with made.economy.ledger.transaction() as connection:
        connection.execute("delete from audit_head")
    made.settings.requesters.unlink(missing_ok=True)
    made.authorise()
    yield made


@pytest.mark.parametrize("asking", ASKINGS, ids=lambda asking: asking.name)
def test_a_planted_request_is_refused_by_its_gate(
    desk: Desk, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = asking.plant(desk, monkeypatch)
    for gate in asking.before:
        GATES[gate].off(monkeypatch)
    refused = asking.try_it(desk, more)
    assert asking.is_stopped_by_its_gate(refused), f"{asking.gate} should have refused it: {refused}"


@pytest.mark.parametrize("asking", ASKINGS, ids=lambda asking: asking.name)
def test_without_its_gate_the_number_is_handed_out(
    desk: Desk, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = asking.plant(desk, monkeypatch)
    for gate in (asking.gate, *asking.before, *asking.behind):
        GATES[gate].off(monkeypatch)
    refused = asking.try_it(desk, more)
    assert refused is None, f"{asking.gate} is not what stops it: {refused}"
