"""What every gate of a night leaves in the ledger, and what must stand there before a version is served.

A gate that did not run leaves nothing, and nothing is as good as a refusal: ``publish`` asks for each of
these rows by name. A gate that is added to the night is added here, or nobody would miss it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from expectations.published import MARKED_SUITES, OPEN_SUITES, SUITES
from expectations.rules import Suite
from expectations.sources import SUITES as ARRIVAL_SUITES
from pipeline.gate_words import (
    ARRIVED,
    AUDIT_LOG,
    AUDIT_LOG_RULE,
    COPIES,
    COPIES_RULES,
    DBT,
    DBT_RULES,
    OBJECTIONS,
    PURPOSE,
    PURPOSE_RULES,
    objection_rules,
)
from pipeline.settings import OPEN_PRODUCT

MADE_FROM = "secondary_use"  # the open product is: nobody who objected is in it, so nobody is counted


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A row of ``rule_result`` that must be there; ``product`` is empty for what arrived."""

    product: str
    suite: str
    rule_id: str

    def __str__(self) -> str:
        """As an operator finds it: suite and rule."""
        return f"{self.suite}.{self.rule_id}"


def before_writing(product: str) -> tuple[Wanted, ...]:
    """What must have been found good before a version of ``product`` is written."""
    arrived = _of_suites(ARRIVED, ARRIVAL_SUITES.values())
    log = Wanted(product, AUDIT_LOG, AUDIT_LOG_RULE)
    if product == OPEN_PRODUCT:
        return (*arrived, log, *_of_objections(MADE_FROM, "open"))
    return (
        *arrived,
        *(Wanted(product, PURPOSE, rule) for rule in PURPOSE_RULES),
        *(Wanted(product, DBT, rule) for rule in DBT_RULES),
        *(row for stage in ("pseudonymised", "warehouse") for row in _of_objections(product, stage)),
        *_of_suites(product, SUITES),
        log,
    )


def before_serving(product: str) -> tuple[Wanted, ...]:
    """What must have been found good of the version itself, once it is written."""
    copies = tuple(Wanted(product, COPIES, rule) for rule in COPIES_RULES)
    if product == OPEN_PRODUCT:
        return (*_of_suites(product, OPEN_SUITES), *copies)
    return (*_of_suites(product, MARKED_SUITES), *copies, *_of_objections(product, "version"))


def _of_objections(product: str, stage: str) -> Iterator[Wanted]:
    return (Wanted(product, OBJECTIONS, rule) for rule in objection_rules(stage))


def _of_suites(product: str, suites: Iterable[Suite]) -> tuple[Wanted, ...]:
    return tuple(Wanted(product, suite.word, rule.rule_id) for suite in suites for rule in suite.rules)
