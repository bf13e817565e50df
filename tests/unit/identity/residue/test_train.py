"""Training on records that label themselves: enough of them, repeatable, and no rare name in the file."""

from __future__ import annotations

import random
from typing import Any

import duckdb
import pytest

from pipeline.errors import UsageError
from pipeline.identity.residue import TrainingRules, train
from tests.residue_case import ResidueCase, number

RULES = TrainingRules(random_pairs=200_000, population=100_000, practices=20)
FAMILY = ("Oakley", "Thornwick", "Patel", "Marwood", "Fenby", "Adeyemi", "Cressing", "Zhao")
GIVEN = ("Anna", "Ruth", "Imogen", "Tom", "Peter", "Zoe", "Hugh", "Vera", "Dilys", "Cormac")


def economy(people: int) -> duckdb.DuckDBPyConnection:
    """Index persons, a GP and a hospital record of each; one hospital record in ten is misspelt."""
    draw, case = random.Random(7), ResidueCase()
    for place in range(people):
        facts: dict[str, Any] = {
            "birth": f"{draw.randint(1930, 2010)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "family": f"{draw.choice(FAMILY)}{'ab'[place % 2]}", "given": draw.choice(GIVEN),
            "gender": draw.choice(("male", "female")), "postcode": f"ZQ{place // 40}1AA",
            "practice": f"Y990{place % 7:02}",
        }  # fmt: skip
        if place == 0:
            facts["family"] = "Solitarius"
        case.person(number(place), **facts)
        case.record(f"g{place}", number(place), "01", **facts)
        case.records[f"g{place}"]["source"] = "gp"
        spelt = facts["family"] + "e" if place % 10 == 0 else facts["family"]
        case.record(f"h{place}", number(place), "01", **{**facts, "family": spelt})
    case._tables([])
    case.connection.execute("create view identity_record as from residue_known")
    return case.connection


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return economy(800)


def test_the_same_records_and_seed_give_the_same_model(connection: duckdb.DuckDBPyConnection) -> None:
    first, second = train(connection, RULES), train(connection, RULES)
    assert first == second
    assert (first.labels, first.index_people) == (800, 800)


def test_a_model_holds_no_name_that_few_people_have(connection: duckdb.DuckDBPyConnection) -> None:
    shares = train(connection, RULES).model["term_frequencies"]["family_folded"]
    assert "SOLITARIUS" not in shares
    assert len(shares) == 2 * len(FAMILY)
    assert min(shares.values()) >= RULES.min_people / 800


def test_what_was_misspelt_is_what_the_model_expects(connection: duckdb.DuckDBPyConnection) -> None:
    family = train(connection, RULES).model["splink"]["comparisons"][0]
    levels = {
        level.get("label_for_charts"): level.get("m_probability") for level in family["comparison_levels"]
    }
    assert levels["exact"] == pytest.approx(0.9, abs=0.02)
    assert levels["alike"] == pytest.approx(0.1, abs=0.02)


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(UsageError, match="training needs"):
        train(economy(20), RULES)
