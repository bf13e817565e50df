"""What spoke for and against a pair is shown, and the names that agreed cannot be read out of it."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace

import pytest

from pipeline.identity.residue import load_model, show_weights, waterfall
from pipeline.identity.residue.rarity import LEAST_NAMES, rarities
from tests.residue_case import SOMEBODY, ResidueCase, number

MODEL = load_model()
COLUMNS = ("family_folded", "given_folded")
EXACT = {
    level["tf_adjustment_column"]: level
    for comparison in MODEL.splink["comparisons"]
    for level in comparison["comparison_levels"]
    if level.get("tf_adjustment_column")
}


@pytest.fixture
def everybody(case: ResidueCase) -> ResidueCase:
    """Of each name that the model lists, and one that it does not, an index person and their record."""
    asked = [(column, name) for column in COLUMNS for name in (*MODEL.term_frequencies[column], "Zzyzx")]
    for place, (column, name) in enumerate(asked):
        called = {**SOMEBODY, "family" if column == "family_folded" else "given": name}
        case.record(f"{column}|{name}", **called)
        case.person(number(place), **called)
    case._tables(None)
    case.connection.execute(
        "attach ':memory:' as vault; create table vault.record as from residue_known;"
        "create table vault.person_index as from person_index;"
        "create table pair as select r.record_key as left_key, 'nhs|' || p.nhs_number as right_key "
        "from residue_known as r positional join person_index as p"
    )
    show_weights(case.connection, MODEL, "pair")
    return case


def shown(case: ResidueCase) -> dict[str, float]:
    return dict(case.connection.execute("select left_key, weight from weight_shown").fetchall())


@pytest.mark.parametrize("column", COLUMNS)
def test_a_weight_that_is_shown_is_that_of_twenty_names_or_more(everybody: ResidueCase, column: str) -> None:
    """The attack: every name of the public model is scored, and what was shown is looked up among them."""
    names = defaultdict(set)
    for key, weight in shown(everybody).items():
        kind, name = key.split("|")
        if kind == column:
            names[weight].add(name)
    assert sum(map(len, names.values())) == len(MODEL.term_frequencies[column]) + 1
    assert len(names) > 1
    assert min(map(len, names.values())) >= LEAST_NAMES


def test_the_attack_finds_the_name_out_of_the_exact_weight(everybody: ResidueCase) -> None:
    weights = [round(math.log2(share), 6) for share in MODEL.term_frequencies["family_folded"].values()]
    assert min(weights.count(weight) for weight in weights) == 1


def test_the_waterfall_sums_up_to_the_shown_weight_with_a_word_of_the_name(everybody: ResidueCase) -> None:
    weights = shown(everybody)
    some = "select left_key, right_key from pair order by hash(left_key) limit 12"
    pairs = everybody.connection.execute(some).fetchall()
    for left, right in pairs:
        steps = waterfall(everybody.connection, MODEL, left, right)
        assert sum(step.weight for step in steps) == pytest.approx(weights[left], abs=1e-5)
        words = [step for step in steps if step.level in ("a common name", "a usual name", "a rare name")]
        assert len(words) == 2
        assert all(step.weight == round(step.weight) for step in words)


@pytest.mark.parametrize(("listed", "classes"), [(3, 1), (39, 1), (40, 2), (59, 2), (60, 3), (1000, 3)])
def test_a_model_of_few_names_has_few_classes(listed: int, classes: int) -> None:
    shares = {f"NAME{place}": 0.01 / (place + 1) for place in range(listed)}
    few = replace(MODEL, term_frequencies={"family_folded": shares})
    found = rarities(few, "family_folded", EXACT["family_folded"])
    sizes = defaultdict(int)
    for rarity in found.by_name.values():
        sizes[rarity] += 1
    assert len(sizes) == classes
    assert min(sizes.values()) >= min(LEAST_NAMES, listed)
    assert found.of_others in sizes
