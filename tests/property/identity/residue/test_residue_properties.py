"""Whatever the records: order and chunks change nothing, thresholds nest, increments equal the whole."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.identity.residue import DEFAULT_RULES, ResidueRules
from tests.residue_case import ResidueCase, number

NUMBERS = st.sampled_from([None, *(number(n) for n in range(4))])
PEOPLE = st.fixed_dictionaries(
    {
        "birth": st.sampled_from([None, "1950-06-21", "1951-06-21", "1950-02-03", "1950-03-02"]),
        "family": st.sampled_from([None, "Smith", "Patel", "Smith-Patel"]),
        "given": st.sampled_from([None, "Robert", "Bob", "Anna"]),
        "gender": st.sampled_from([None, "male", "female"]),
        "postcode": st.sampled_from([None, "ZQ11AA", "ZQ11AB"]),
        "practice": st.sampled_from(["Y99001", "Y99002"]),
    }
)
RECORDS = st.lists(st.tuples(NUMBERS, st.sampled_from(["01", "02"]), PEOPLE), min_size=1, max_size=8)
PERSONS = st.lists(PEOPLE.filter(lambda facts: facts["birth"] is not None), max_size=3)
EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 10), st.integers(0, 60)), max_size=20)
FEW = settings(
    max_examples=6,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
MANY = settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def drawn(
    records: Any, persons: Any, order: int | None = None, rules: ResidueRules = DEFAULT_RULES
) -> ResidueCase:
    case = ResidueCase(rules=rules)
    for place, facts in enumerate(persons):
        case.person(number(place), **facts)
    numbered = [(f"r{place}", *record) for place, record in enumerate(records)]
    if order is not None:
        random.Random(order).shuffle(numbered)
    for key, nhs, status, facts in numbered:
        case.record(key, nhs, status if nhs else None, **facts)
    return case


@FEW
@given(RECORDS, PERSONS, st.integers(0, 99))
def test_neither_the_order_of_rows_nor_chunks_change_a_weight(records: Any, persons: Any, order: int) -> None:
    whole = drawn(records, persons).score()
    assert drawn(records, persons, order, replace(DEFAULT_RULES, pairs_a_chunk=2)).score() == whole


@FEW
@given(RECORDS, PERSONS, st.integers(0, 7))
def test_scoring_the_touched_and_keeping_the_rest_equals_scoring_all(
    records: Any, persons: Any, changed: int
) -> None:
    """One record is changed: edges of the untouched stay, those of the touched are built anew."""
    rules = replace(DEFAULT_RULES, largest_block=2)
    before = drawn(records, persons, rules=rules)
    kept = before.score()
    key = f"r{changed % len(records)}"
    after = drawn(records, persons, rules=rules)
    after.record(key, None, None, **{**PEOPLE_CHANGED, "practice": "Y99001"})
    old = drawn(records, persons, rules=rules)
    touched = after.touched([key], []) | old.touched([key], []) | {key}
    new = after.score(new=sorted(touched))
    merged = {pair: weight for pair, weight in kept.items() if not touched & set(pair)} | new
    assert merged == after.score()


PEOPLE_CHANGED = {
    "birth": "1950-06-21",
    "family": "Smith",
    "given": "Robert",
    "gender": "male",
    "postcode": "ZQ11AA",
}


@MANY
@given(RECORDS, PERSONS, EDGES, st.integers(0, 99))
def test_clusters_nest_keep_to_the_guards_and_do_not_depend_on_order(
    records: Any, persons: Any, edges: Any, order: int
) -> None:
    cases = [drawn(records, persons), drawn(records, persons, order)]
    keys = [
        *(f"r{place}" for place in range(len(records))),
        *(f"nhs|{number(n)}" for n in range(len(persons))),
    ]
    pairs = {}
    for left, right, weight in edges:
        one, other = f"r{left % len(records)}", keys[right % len(keys)]
        if one != other:
            pairs[(one, other) if other.startswith("nhs|") else (min(one, other), max(one, other))] = (
                weight / 2
            )
    for case in cases:
        case.edges = [(*pair, weight) for pair, weight in pairs.items()]
        if case is cases[1]:
            random.Random(order).shuffle(case.edges)
        if not case.edges:
            return
    found, again = (case.cluster() for case in cases)
    assert found == again
    assert set(found) == set(cases[0].records)
    for finer, coarser in (("strict_anchor", "middle_anchor"), ("middle_anchor", "loose_anchor")):
        coarse_of: dict[str, set[str]] = {}
        for row in found.values():
            coarse_of.setdefault(row[finer], set()).add(row[coarser])
        assert all(len(coarse) == 1 for coarse in coarse_of.values())
    for level in ("strict_anchor", "middle_anchor", "loose_anchor"):
        verified: dict[str, set[str]] = {}
        for key, row in found.items():
            record = cases[0].records[key]
            if record["nhs_number_outcome"] == "valid_traced":
                verified.setdefault(row[level], set()).add(record["traceable_number"])
        assert all(len(numbers) == 1 for numbers in verified.values())
        assert all(
            anchor[4:] in numbers or anchor[4:] not in cases[0].persons
            for anchor, numbers in verified.items()
            if anchor.startswith("nhs|")
        )
