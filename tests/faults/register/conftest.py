"""A small deployment of invented sources to land FHIR in."""

from pathlib import Path

import pytest

from tests.landing_house import House, declare_sources


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A home, extracts and a ledger; the registry holds the invented sources."""
    declare_sources(monkeypatch)
    return House(tmp_path)
