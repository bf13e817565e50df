"""What the tests of bad nights share: three nights, run once."""

from __future__ import annotations

import pytest

from tests.bad_nights import Nights, three_nights


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A good night, one with every fault at once, and one that mends and has no opt-out reply."""
    return three_nights(tmp_path_factory.mktemp("nights"))
