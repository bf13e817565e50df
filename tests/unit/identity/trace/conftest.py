"""A desk of its own for every test."""

import pytest

from tests.trace_desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
