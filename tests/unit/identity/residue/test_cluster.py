"""What may join, what never does, and what each record is told about it."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.identity.residue import ResidueRules
from tests.residue_case import SOMEBODY, ResidueCase, number

RULES = ResidueRules()
MIDDLE = (RULES.join + RULES.strict) / 2
ANCHORS = ("strict_anchor", "middle_anchor", "loose_anchor")


def anchors(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ANCHORS)


def test_a_record_joins_its_index_person_at_the_thresholds_that_its_weight_reaches(case: ResidueCase) -> None:
    person = case.person(number(1), **SOMEBODY)
    for key, weight in (("a", RULES.strict), ("b", RULES.join), ("c", RULES.loose), ("d", RULES.loose - 0.1)):
        case.edge(case.record(key, birth="1950-06-21"), person, weight)
    found = case.cluster()
    assert anchors(found["a"]) == (person, person, person)
    assert anchors(found["b"]) == ("rec|b", person, person)
    assert anchors(found["c"]) == ("rec|c", "rec|c", person)
    assert anchors(found["d"]) == ("rec|d", "rec|d", "rec|d")
    assert [found[key]["link_step"] for key in "abcd"] == ["probabilistic"] * 2 + ["unmatched"] * 2
    assert found["a"]["probability_false"] < found["b"]["probability_false"] < 0.01
    assert found["c"]["probability_missed"] > 0.5 > found["a"]["probability_missed"]


def test_the_strict_threshold_is_where_the_decision_record_says(case: ResidueCase) -> None:
    person = case.person(number(1), **SOMEBODY)
    for key, weight in (("a", 14.0), ("b", 13.9)):
        case.edge(case.record(key, birth="1950-06-21"), person, weight)
    found = case.cluster()
    assert [found[key]["strict_anchor"] for key in "ab"] == [person, "rec|b"]


def test_two_index_persons_never_share_a_cluster(case: ResidueCase) -> None:
    """The record joins the heavier; the lighter is left, even through a second record."""
    first, second = case.person(number(1), **SOMEBODY), case.person(number(2), **SOMEBODY)
    case.record("a"), case.record("b")
    case.edge("a", first, 30.0), case.edge("a", "b", 29.0), case.edge("b", second, 28.0)
    found = case.cluster()
    assert found["a"]["middle_anchor"] == found["b"]["middle_anchor"] == first


def test_two_verified_numbers_never_share_a_cluster(case: ResidueCase) -> None:
    case.record("a", number(1), "01"), case.record("b", number(2), "01"), case.record("c")
    case.edge("a", "b", 40.0), case.edge("a", "c", 30.0), case.edge("b", "c", 20.0)
    found = case.cluster()
    assert found["a"]["loose_anchor"] == found["c"]["loose_anchor"] != found["b"]["loose_anchor"]


def test_close_rivals_leave_a_record_where_it_is(case: ResidueCase) -> None:
    """Two people speak almost equally for it: neither is more likely than not by the threshold's odds."""
    first, second = case.person(number(1), **SOMEBODY), case.person(number(2), **SOMEBODY)
    case.record("a", birth="1950-06-21")
    case.edge("a", first, 20.0), case.edge("a", second, 19.0)
    found = case.cluster()["a"]
    assert found["middle_anchor"] == "rec|a" and found["link_step"] == "unmatched"
    assert found["probability_missed"] > 0.99


def test_a_record_that_is_as_likely_one_twin_as_the_other_is_neither(case: ResidueCase) -> None:
    twins = {"birth": "1990-03-04", "family": "Oakley", "postcode": "ZQ11AA", "gender": "female"}
    (
        case.record("a", given="Anna", **twins),
        case.record("b", given="Ruth", **twins),
        case.record("c", **twins),
    )
    case.edge("a", "c", 30.0), case.edge("b", "c", 29.0)
    assert len({row["loose_anchor"] for row in case.cluster().values()}) == 3


def test_twins_stay_apart_also_through_a_record_without_names(case: ResidueCase) -> None:
    twins = {"birth": "1990-03-04", "family": "Oakley", "postcode": "ZQ11AA", "gender": "female"}
    (
        case.record("a", given="Anna", **twins),
        case.record("b", given="Ruth", **twins),
        case.record("c", **twins),
    )
    case.edge("a", "c", 30.0), case.edge("b", "c", 20.0)
    found = case.cluster()
    assert found["a"]["loose_anchor"] == found["c"]["loose_anchor"] != found["b"]["loose_anchor"]


@pytest.mark.parametrize(("given", "other", "together"), [
    ("Robert", "Bob", True), ("Robert", "R", True), ("Robert", "Robbert", True), ("Xiu Ying", "Xiu", True),
    ("Robert", "Thomas", False), ("Anna", "Ruth", False), ("Robert", "Rupert", False),  # 0.80 of Jaro-Winkler
])  # fmt: skip
def test_given_names_that_plainly_differ_keep_apart(
    case: ResidueCase, given: str, other: str, together: bool
) -> None:
    case.record("a", given=given), case.record("b", given=other)
    case.edge("a", "b", 30.0)
    found = case.cluster()
    assert (found["a"]["loose_anchor"] == found["b"]["loose_anchor"]) is together


def test_what_was_joined_holds_down_to_the_break_weight(case: ResidueCase) -> None:
    person = case.person(number(1), **SOMEBODY)
    for key, weight in (("a", RULES.break_apart), ("b", RULES.break_apart), ("c", RULES.break_apart - 0.1)):
        case.edge(case.record(key), person, weight)
    case.joined_before = [("a", person), ("c", person)]
    found = case.cluster()
    assert [found[key]["middle_anchor"] for key in "abc"] == [person, "rec|b", "rec|c"]
    assert case.joined() == {("a", person)}


def test_decisions_join_and_part_whatever_the_weights_say(case: ResidueCase) -> None:
    person = case.person(number(1), **SOMEBODY)
    case.record("a", given="Anna"), case.record("b", given="Ruth"), case.record("c")
    case.edge("c", person, 40.0)
    case.decisions = [("a", "b", "same"), ("c", person, "different")]
    found = case.cluster()
    assert anchors(found["a"]) == anchors(found["b"]) == ("rec|a",) * 3
    assert anchors(found["c"]) == ("rec|c",) * 3
    assert [found[key]["link_step"] for key in "abc"] == ["decided"] * 3


def test_a_decision_different_holds_through_a_third_record(case: ResidueCase) -> None:
    for key in "abc":
        case.record(key)
    case.edge("a", "b", 30.0), case.edge("b", "c", 29.0)
    case.decisions = [("a", "c", "different")]
    found = case.cluster()
    assert found["a"]["loose_anchor"] == found["b"]["loose_anchor"] != found["c"]["loose_anchor"]


def test_no_decision_brings_two_index_persons_together(case: ResidueCase) -> None:
    first, second = case.person(number(1), **SOMEBODY), case.person(number(2), **SOMEBODY)
    case.record("a")
    case.decisions = [("a", first, "same"), ("a", second, "same")]
    assert case.cluster()["a"]["loose_anchor"] in (first, second)


def test_a_number_that_nobody_established_is_founded_by_those_who_agree_in_it(case: ResidueCase) -> None:
    for key, birth in (("a", "1950-06-21"), ("b", "1950-06-21"), ("c", "1971-01-09")):
        case.record(key, number(5), birth=birth)
    found = case.cluster()
    assert found["a"]["middle_anchor"] == found["b"]["middle_anchor"] == f"nhs|{number(5)}"
    assert found["a"]["link_step"] == found["b"]["link_step"] == "number_founded"
    assert (found["c"]["middle_anchor"], found["c"]["link_step"]) == ("rec|c", "birth_date_conflict")


def test_a_verified_number_founds_before_one_that_more_records_give(case: ResidueCase) -> None:
    """Verified, and in no index: a test record's."""
    case.record("a", number(2), "01", birth="1950-06-21")
    for key in "bc":
        case.edge("a", case.record(key, number(1), birth="1950-06-21"), 30.0)
    assert {row["middle_anchor"] for row in case.cluster().values()} == {f"nhs|{number(2)}"}


def test_a_founded_number_yields_to_an_index_person(case: ResidueCase) -> None:
    person = case.person(number(1), **SOMEBODY)
    case.record("a", number(5), birth="1950-06-21"), case.record("b", number(5), birth="1950-06-21")
    case.edge("a", person, MIDDLE)
    found = case.cluster()
    assert anchors(found["a"]) == anchors(found["b"]) == (f"nhs|{number(5)}", person, person)


def test_ten_people_on_one_number_stay_ten(case: ResidueCase) -> None:
    given = ("Anna", "Ruth", "Imogen", "Tom", "Peter", "Zoe", "Hugh", "Vera", "Dilys", "Cormac")
    for place, name in enumerate(given):
        case.record(
            name, number(5), birth=f"19{50 + place}-0{1 + place % 9}-1{place}", given=name, family=name * 2
        )
    found = case.cluster()
    assert len({row["loose_anchor"] for row in found.values()}) == len(given)
    assert sum(row["middle_anchor"] == f"nhs|{number(5)}" for row in found.values()) == 1


def test_one_person_on_ten_unverified_numbers_is_one(case: ResidueCase) -> None:
    person = case.person(number(1), **SOMEBODY)
    for place in range(10):
        case.record(f"r{place}", number(50 + 11 * place), **SOMEBODY)
    found = case.cluster()
    assert {row["middle_anchor"] for row in found.values()} == {person}


def test_a_record_without_demographics_is_a_person_of_its_own(case: ResidueCase) -> None:
    case.person(number(1), **SOMEBODY)
    case.record("a"), case.record("b", gender="male", practice="Y99001")
    found = case.cluster()
    assert {key: row["link_step"] for key, row in found.items()} == {"a": "one_time", "b": "one_time"}
    assert found["a"]["loose_anchor"] != found["b"]["loose_anchor"]


def test_a_bucket_pair_joins_at_the_middle_and_never_over_a_guard(case: ResidueCase) -> None:
    case.record("a", birth="1950-06-21"), case.record("b", birth="1950-06-21")
    case.record("c", given="Anna"), case.record("d", given="Ruth")
    case.buckets = [("a", "b"), ("c", "d")]
    case.edges = [("a", "c", RULES.floor)]  # below every threshold: it joins nothing
    found = case.cluster()
    assert anchors(found["b"]) == ("rec|b", "rec|a", "rec|a")
    assert found["b"]["link_step"] == "bucket"
    assert anchors(found["d"]) == ("rec|d",) * 3


@pytest.mark.parametrize("weight", [RULES.floor, RULES.loose, RULES.join - 0.1])
def test_what_a_score_too_light_to_join_lies_beside_is_the_buckets_own(
    case: ResidueCase, weight: float
) -> None:
    case.record("a", birth="1950-06-21"), case.record("b", birth="1950-06-21")
    case.buckets, case.edges = [("a", "b")], [("a", "b", weight)]
    for row in case.cluster().values():
        assert (row["middle_anchor"], row["link_step"], row["link_confidence"]) == ("rec|a", "bucket", 95)
        assert row["probability_false"] == RULES.bucket_false


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (("acute|RYJ|1", {}), ("acute|RYJ|2", {}), False),  # two patients of one sender
        (("acute|RYJ|1", {}), ("acute|RYJ|2", {"given": "Adam"}), False),
        (("acute|RYJ|1", {"given": "Adam"}), ("acute|RYJ|2", {"given": "Adam"}), True),
        (("acute|RYJ|1", {}), ("acute|RYJ|2", {"birth": "2026-03-31"}), True),  # the household guard's matter
        (("acute|RYJ|1", {}), ("community|RV3|2", {}), True),
        (("acute|RYJ|1", {"is_of_several_born": True}), ("community|RV3|2", {}), False),
        (
            ("acute|RYJ|1", {"is_of_several_born": True}),
            ("community|RYJ|1", {"is_of_several_born": True}),
            True,
        ),
    ],
)
def test_twins_who_have_no_given_name_yet(
    case: ResidueCase, one: tuple[str, Any], other: tuple[str, Any], together: bool
) -> None:
    keys = [
        case.record(key, **{"birth": "2026-03-30", "family": "Oakley", **who}) for key, who in (one, other)
    ]
    case.edge(*keys, 30.0)
    assert (len({row["loose_anchor"] for row in case.cluster().values()}) == 1) is together


def test_twins_who_have_no_given_name_yet_are_not_scored_either(case: ResidueCase) -> None:
    born = {"birth": "2026-03-30", "family": "Oakley", "postcode": "ZQ11AA", "gender": "male"}
    for key in ("acute|RYJ|1", "acute|RYJ|2", "community|RV3|1"):
        case.record(key, **born)
    found = {frozenset(pair) for pair in case.score()}
    assert frozenset(("acute|RYJ|1", "acute|RYJ|2")) not in found
    assert len(found) == 2
    people = [row["middle_anchor"] for row in case.cluster().values()]
    assert len(set(people)) == 3  # not through the third either, who is as likely the one as the other


def test_a_light_pair_within_a_bucket_does_not_make_it_probabilistic(case: ResidueCase) -> None:
    """The weight joined nobody: neither the step nor the chance is its own."""
    for light, (left, right) in {1.48: "ab", RULES.loose: "cd", RULES.join - 0.01: "ef"}.items():
        case.record(left, birth="1950-06-21"), case.record(right, birth="1950-06-21")
        case.edge(left, right, light)
        case.buckets.append((left, right))
    found = case.cluster()
    for row in found.values():
        assert (row["link_step"], row["link_confidence"]) == ("bucket", 95)
        assert row["probability_false"] == RULES.bucket_false
    assert ("a", "b") in case.joined()


def test_a_bucket_pair_that_its_weight_joins_as_well_is_probabilistic(case: ResidueCase) -> None:
    case.record("a", birth="1950-06-21"), case.record("b", birth="1950-06-21")
    case.edge("a", "b", RULES.join)
    case.buckets = [("a", "b")]
    assert {row["link_step"] for row in case.cluster().values()} == {"probabilistic"}


def test_a_number_shared_beside_a_light_pair_founds_and_is_not_probabilistic(case: ResidueCase) -> None:
    for key in "ab":
        case.record(key, number(5), birth="1950-06-21")
    case.edge("a", "b", RULES.loose - 1)
    found = case.cluster()
    assert {row["link_step"] for row in found.values()} == {"number_founded"}
    assert {row["probability_false"] for row in found.values()} == {None}


def test_strict_is_the_number_that_was_measured(case: ResidueCase) -> None:
    """Drawn as numbers, so that another threshold fails: the figures of docs/decisions/0014 are of these."""
    person = case.person(number(1), **SOMEBODY)
    for key, weight in (("a", 14.0), ("b", 13.99), ("c", 7.0), ("d", 6.99), ("e", 2.0), ("f", 1.99)):
        case.edge(case.record(key), person, weight)
    found = case.cluster()
    joined = {name: {key for key in found if found[key][name] == person} for name in ANCHORS}
    assert joined == dict(zip(ANCHORS, ({"a"}, set("abc"), set("abcde")), strict=True))


@pytest.mark.parametrize(("given", "other", "together"), [
    ("Carla", "Clara", True), ("Martin", "Marvin", True),
    ("Hannah", "Johanna", False), ("Robin", "Roland", False), ("David", "Daniel", False),
])  # fmt: skip
def test_how_unlike_given_names_must_be(case: ResidueCase, given: str, other: str, together: bool) -> None:
    """Below 0.85 alike (Jaro-Winkler) they are twins' names: Hannah, Johanna 0.849; Robin, Roland 0.76."""
    case.record("a", given=given), case.record("b", given=other)
    case.edge("a", "b", 30.0)
    found = case.cluster()
    assert (found["a"]["loose_anchor"] == found["b"]["loose_anchor"]) is together


def test_a_verified_number_founds_a_cluster_before_a_more_frequent_one(case: ResidueCase) -> None:
    case.record("a", number(5), "01", birth="1950-06-21")
    for key in "bc":
        case.record(key, number(6), birth="1950-06-21")
    case.edge("a", "b", 30.0), case.edge("a", "c", 30.0)
    found = case.cluster()
    assert {row["middle_anchor"] for row in found.values()} == {f"nhs|{number(5)}"}


def test_a_number_founds_the_cluster_that_had_it_verified_before_a_larger_one(case: ResidueCase) -> None:
    case.record("z", number(5), "01", birth="1950-06-21")
    for key in "bc":
        case.record(key, number(5), birth="1971-01-09")
    found = case.cluster()
    assert found["z"]["middle_anchor"] == f"nhs|{number(5)}"
    assert found["b"]["middle_anchor"] == found["c"]["middle_anchor"] == "rec|b"


def test_a_default_value_does_not_grow_into_a_person(case: ResidueCase) -> None:
    case.rules = ResidueRules(largest_cluster=3)
    for key in "abcdefg":
        case.record(key)
    for left, right in zip("abcdef", "bcdefg", strict=True):
        case.edge(left, right, 30.0)
    found = case.cluster()
    sizes = [row["loose_anchor"] for row in found.values()]
    assert len(found) == 7
    assert max(sizes.count(anchor) for anchor in sizes) == 3


def test_nothing_is_left_behind_but_what_was_promised(case: ResidueCase) -> None:
    case.record("a", **SOMEBODY)
    case.edge("a", case.person(number(1), **SOMEBODY), 30.0)
    case.cluster()
    found = {row[0] for row in case.connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert found == {
        "residue_known", "residue_new", "person_index", "edge_known", "bucket_pair", "decision",
        "edge_joined_before", "national_identity", "national_record",
        "assignment", "edge_joined",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"join": 1.0}, {"strict": 3.0}, {"largest_block": 0}, {"bucket_false": 1.5}]
)
def test_rules_that_contradict_each_other_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        ResidueRules(**wrong)


def test_where_nobody_is_left_nothing_of_a_night_before_is_left_either(case: ResidueCase) -> None:
    """Steps without a row to go through are not run; what they write is empty all the same."""
    person = case.person(number(1), **SOMEBODY)
    case.record("a", number(1), "01", **SOMEBODY)
    assert set(case.score()) == {("a", person)}
    assert set(case.cluster()) == {"a"}
    assert case.joined() == {("a", person)}
    case.records.clear(), case.edges.clear()
    assert (case.score(), case.cluster(), case.joined()) == ({}, {}, set())
    assert case.touched([], [number(1)]) == set()
