"""What a planted fault is: who plants it, which step refuses it in whose name, and what it does unrefused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from connectors.declare import SOURCE_WORDS
from pipeline import audit_log, publish
from pipeline.checks import run_arrival_checks
from pipeline.errors import ChecksRefusedError, WsicError
from pipeline.keys import load_keys
from pipeline.run import open_run, steps
from tests.identity_economy import AS_OF
from tests.planted.deployment import PRODUCT, RUN_ID, Deployment
from tests.planted.sender import land_records

Plant = Callable[[Deployment, pytest.MonkeyPatch], None]
Damage = Callable[[Deployment], bool]


def arrivals(source: str) -> Callable[[Deployment], object]:
    """The check of what arrived, of one source."""
    return lambda d: run_arrival_checks(d.settings, d.ledger, RUN_ID, AS_OF, sources=[source])


def _verify_log(d: Deployment) -> None:
    """As ``wsic audit verify --files --receipt …`` does it, with every receipt that was handed out."""
    handed_out = sorted(d.home.parent.glob(f"*{audit_log.RECEIPT_SUFFIX}"))
    found = audit_log.verify(d.settings, files_too=True, handed_out=handed_out)
    if not found.is_intact:
        raise ChecksRefusedError("; ".join(one.what for one in found.findings))


STEPS: dict[str, Callable[[Deployment], object]] = {
    "open_run": lambda d: open_run(d.settings, extracts=d.extracts, as_of=AS_OF, held_by="process"),
    "hand_out_keys": lambda d: load_keys(d.settings),
    "land_records": lambda d: land_records(d),
    **{f"check_arrivals {word}": arrivals(word) for word in SOURCE_WORDS},
    "link": lambda d: steps.link(d.run),
    "pseudonymise": lambda d: steps.pseudonymise(d.run, PRODUCT),
    "build": lambda d: steps.build(d.run, PRODUCT),
    "check_product": lambda d: steps.check_product(d.run, PRODUCT),
    "publish_product": lambda d: steps.publish_product(d.run, PRODUCT),
    "publish_open": lambda d: steps.publish_open(d.run),
    "rollback": lambda d: publish.rollback(d.settings, d.ledger, PRODUCT),
    "verify_log": _verify_log,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``gate`` names one of :data:`tests.planted.gates.GATES`; ``says`` is searched for in its refusal.

    ``damage`` says whether what the gate stands against has happened. It is seen after the steps ``then``,
    and only with the gates ``behind`` taken away too: those that would find the same fault later. A fault
    that cannot be planted together with the others of its gate is planted ``alone``.
    """

    name: str
    step: str
    gate: str
    says: str
    plant: Plant
    damage: Damage
    error: type[WsicError] = ChecksRefusedError
    then: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    alone: bool = False
    is_published: bool = False  # planted where secondary_use is published already

    def try_it(self, deployment: Deployment) -> WsicError | None:
        """Take the step; returns what refused it."""
        begin(self.step, deployment)
        return take(self.step, deployment)

    def is_stopped_by_its_gate(self, refused: WsicError | None) -> bool:
        """Whether the refusal is of the kind and the words of the gate that should stop it."""
        return isinstance(refused, self.error) and re.search(self.says, str(refused)) is not None

    def is_done(self, deployment: Deployment) -> bool:
        """Whether its damage has happened; what a gate does not let be looked at has not."""
        try:
            return self.damage(deployment)
        except WsicError:
            return False

    @property
    def family(self) -> tuple[object, ...]:
        """Faults of one family are let through together."""
        of_a_source = self.gate.startswith("arrived.")
        return ("arrived" if of_a_source else self.gate, self.is_published, self.name if self.alone else "")


def begin(step: str, deployment: Deployment) -> None:
    """Take away what an earlier attempt at the step has left, so that what is there afterwards is its own."""
    if step == "pseudonymise":
        shutil.rmtree(deployment.zones.pseudonymised(PRODUCT))
    if step == "build":
        deployment.warehouse.unlink()


def take(step: str, deployment: Deployment) -> WsicError | None:
    """Take a step of the night; returns what refused it."""
    try:
        STEPS[step](deployment)
    except WsicError as refused:
        return refused
    return None
