"""Whoever is asked about together: each is given as if asked about alone, and nobody else is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reidentify_desk import NUMBERS, PEOPLE, PRACTICE, TRUST, Desk, make_desk

GIVEN = {PRACTICE: {"registered"}, TRUST: {"admitted", "at_site"}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("desk"), reidentify_daily_limit=1_000_000)


@settings(
    max_examples=12, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    asked=st.sets(st.sampled_from(PEOPLE), min_size=1),
    unknown=st.sets(st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"), max_size=5),
    organisation=st.sampled_from(sorted(GIVEN)),
)
def test_an_answer_is_the_sum_of_its_parts(
    desk: Desk, asked: set[str], unknown: set[str], organisation: str
) -> None:
    keys = (*(desk.keys[name] for name in asked), *unknown)
    answer, numbers = desk.ask(person_keys=keys, organisation=organisation)
    expected = asked & GIVEN[organisation]
    assert numbers == {NUMBERS[name] for name in expected}
    assert (answer.given, answer.not_given) == (len(expected), len(asked) + len(unknown) - len(expected))
