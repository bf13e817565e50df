"""How a run ended: its outcome word and exit code, from what its steps left in the ledger."""

from __future__ import annotations

import pytest

from pipeline.errors import ChecksRefusedError, InputRefusedError, SetupError, WsicError
from pipeline.ledger import Ledger
from pipeline.run import judge, raise_unless_published

RUN = "20260331-001"
ALL = ("direct_care", "secondary_use", "open")


def given(ledger: Ledger, *, published: tuple[str, ...], steps: dict[str, int]) -> None:
    """``steps``: name (and subject after a space) of each step that did not go through, and its exit code."""
    rows = [
        {"run_id": RUN, "product": product, "outcome": "published", "at": "2026-03-31"}
        for product in published
    ]
    ledger.put("publication", rows)
    for words, code in steps.items():
        step, _, subject = words.partition(" ")
        outcome = "failed" if code == 1 else "refused"
        row = {"run_id": RUN, "step": step, "subject": subject, "started_at": "2026", "outcome": outcome}
        ledger.put("step", [row | {"exit_code": code, "message": f"{step} said no"}])


CASES = [
    # published, steps that did not go through, outcome, exit code
    (ALL, {}, "published", 0),
    (ALL, {"land_feed gp/A": 3}, "published", 0),
    (("direct_care",), {"pseudonymise secondary_use": 4, "publish open": 4}, "published", 4),
    ((), {"land_feed gp/A": 3, "require_a_feed": 3}, "refused", 3),
    ((), {"check_arrivals": 4}, "refused", 4),
    ((), {"link": 5}, "refused", 5),
    ((), {"link": 1}, "failed", 1),
    (("direct_care",), {"build secondary_use": 1, "publish open": 4}, "published", 1),
    ((), {"land_feed gp/A": 3, "check_arrivals": 4}, "refused", 4),
    ((), {}, "failed", 1),
]


@pytest.mark.parametrize(("published", "steps", "outcome", "code"), CASES)
def test_outcome_and_exit_code(
    ledger: Ledger, published: tuple[str, ...], steps: dict[str, int], outcome: str, code: int
) -> None:
    given(ledger, published=published, steps=steps)
    found = judge(ledger, RUN)
    assert (found.outcome, found.exit_code) == (outcome, code)
    assert found.published == published


@pytest.mark.parametrize(
    ("code", "kind"), [(1, WsicError), (3, InputRefusedError), (4, ChecksRefusedError), (5, SetupError)]
)
def test_the_exit_code_is_raised_as_its_own_error(ledger: Ledger, code: int, kind: type[WsicError]) -> None:
    given(ledger, published=(), steps={"link": code})
    with pytest.raises(kind, match="link said no") as raised:
        raise_unless_published(judge(ledger, RUN))
    assert raised.value.exit_code == code


def test_a_run_that_published_everything_raises_nothing(ledger: Ledger) -> None:
    given(ledger, published=ALL, steps={})
    raise_unless_published(judge(ledger, RUN))
