"""A house that was linked once, and a copy of it for every test; and a deployment of its own for others."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from pipeline.identity import link
from tests.identity_economy import AS_OF, Economy
from tests.objection_house import ACUTE, GP, House


@pytest.fixture
def economy(tmp_path: Path) -> Economy:
    return Economy(tmp_path / "home")


@pytest.fixture(scope="session")
def linked_once(tmp_path_factory: pytest.TempPathFactory) -> House:
    """People 1 to 4 with numbers, one of them at a hospital too, and one without a number."""
    house = House(Economy(tmp_path_factory.mktemp("linked") / "home"))
    for _ in range(4):
        house.person()
    house.economy.person("a2", house.number("p2"), **ACUTE)
    house.economy.person("nobody", None, **GP)
    house.economy.land()
    link(house.economy.settings, house.economy.ledger, "r1", AS_OF)
    return house


@pytest.fixture
def linked(linked_once: House, tmp_path: Path) -> House:
    house = copy.copy(linked_once)
    house.economy = linked_once.economy.copied(tmp_path / "home")
    return house
