"""What a planted fault is: where it lies, who plants it, which step has to refuse it and in whose name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipeline import publish
from pipeline.checks import run_arrival_checks
from pipeline.errors import ChecksRefusedError, WsicError
from pipeline.run import steps
from tests.identity_economy import AS_OF
from tests.planted.deployment import PRODUCT, RUN_ID, Deployment

Plant = Callable[[Deployment, pytest.MonkeyPatch], None]


def arrivals(source: str) -> Callable[[Deployment], object]:
    """The check of what arrived, of one source."""
    return lambda d: run_arrival_checks(d.settings, d.ledger, RUN_ID, AS_OF, sources=[source])


STEPS: dict[str, Callable[[Deployment], object]] = {
    **{f"check_arrivals {word}": arrivals(word) for word in ("gp", "acute", "community")},
    **{f"check_arrivals {word}": arrivals(word) for word in ("mental_health", "social_care")},
    "pseudonymise": lambda d: steps.pseudonymise(d.run, PRODUCT),
    "build": lambda d: steps.build(d.run, PRODUCT),
    "check_product": lambda d: steps.check_product(d.run, PRODUCT),
    "publish_product": lambda d: steps.publish_product(d.run, PRODUCT),
    "publish_open": lambda d: steps.publish_open(d.run),
    "rollback": lambda d: publish.rollback(d.settings, d.ledger, PRODUCT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``gate`` names one of :data:`tests.planted.gates.GATES`; ``says`` is searched for in its refusal."""

    name: str
    step: str
    gate: str
    says: str
    plant: Plant
    error: type[WsicError] = ChecksRefusedError

    def try_it(self, deployment: Deployment) -> WsicError | None:
        """Take the step; returns what refused it."""
        try:
            STEPS[self.step](deployment)
        except WsicError as refused:
            return refused
        return None

    def is_stopped_by_its_gate(self, refused: WsicError | None) -> bool:
        """Whether the refusal is of the kind and the words of the gate that should stop it."""
        return isinstance(refused, self.error) and re.search(self.says, str(refused)) is not None
