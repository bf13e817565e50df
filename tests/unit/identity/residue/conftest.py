"""A residue drawn by hand: records, index persons, edges and decisions in the contract's columns."""

from __future__ import annotations

import pytest

from tests.residue_case import ResidueCase


@pytest.fixture
def case() -> ResidueCase:
    return ResidueCase()
