"""What published tables are made for (``dbt_project/models/exposures.yml``): nothing is published for nobody,
and nothing is looked at on a product that it is not in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.published.contract import TABLES
from pipeline.settings import PRODUCTS

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
_REF = re.compile(r"^ref\('(\w+)'\)$")


@cache
def exposures() -> dict[str, dict[str, Any]]:
    content = yaml.safe_load((MODELS / "exposures.yml").read_text(encoding="utf-8"))
    return {exposure["name"]: exposure for exposure in content["exposures"]}


@cache
def published() -> dict[str, tuple[str, list[str]]]:
    """Of each published model its table and purposes."""
    found = {}
    for path in (MODELS / "published").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            purposes = model["config"]["meta"]["purpose"]
            found[model["name"]] = (f"{path.parent.name}.{model['name']}", purposes)
    return found


def models_of(exposure: dict[str, Any]) -> list[str]:
    """Names of the models that it depends on; raises :class:`ValueError` for what is none."""
    found = [_REF.match(reference) for reference in exposure["depends_on"]]
    if None in found:
        raise ValueError(f"{exposure['name']}: depends_on takes ref('model') alone")
    return [match[1] for match in found if match]


def test_every_published_table_is_made_for_somebody() -> None:
    reached = {published()[model][0] for exposure in exposures().values() for model in models_of(exposure)}
    assert reached == {table for table, _ in published().values()} >= set(TABLES)


@pytest.mark.parametrize("name", exposures())
def test_an_exposure_looks_at_tables_of_its_products_only(name: str) -> None:
    exposure = exposures()[name]
    products = exposure["config"]["meta"]["products"]
    assert products and set(products) <= {*PRODUCTS, "open"}
    for product in products:
        of_product = {table for table, purposes in published().values() if product in purposes}
        assert {published()[model][0] for model in models_of(exposure)} <= of_product, product


@pytest.mark.parametrize("name", exposures())
def test_an_exposure_says_what_it_shows_and_whose_it_is(name: str) -> None:
    exposure = exposures()[name]
    assert exposure["description"] and exposure["label"]
    assert exposure["owner"]["name"] and exposure["owner"]["email"].endswith(".example.org")
    assert len(models_of(exposure)) == len(set(models_of(exposure)))
