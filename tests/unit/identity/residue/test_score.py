"""Which pairs are compared, and how the packaged model weighs what it finds."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SetupError, WsicError
from pipeline.identity.residue import DEFAULT_RULES, ResidueRules, load_model, read_model, score_residue
from tests.residue_case import SOMEBODY, ResidueCase, number


def weight(case: ResidueCase, **changed: Any) -> float | None:
    """Weight of a whole person's record against the index person, with some facts changed; None: not kept."""
    person = case.person(number(1), **SOMEBODY)
    case.record("a", **{**SOMEBODY, **changed})
    return case.score().get(("a", person))


@pytest.mark.parametrize("changed", [
    {}, {"given": "Bob"}, {"family": "Thornwik"}, {"postcode": None}, {"postcode": "ZQ99ZZ"},
    {"practice": "Y99002"},
    {"nhs": number(1), "status": "01", "birth": "1950-12-06"}, {"nhs": number(10), "status": "04"},
    {"birth": "1951-06-21"}, {"birth": None, "parts": (1950, 6, None)}, {"family": "Oakley", "given": "Bob"},
])  # fmt: skip
def test_one_thing_amiss_does_not_hide_a_person(case: ResidueCase, changed: dict[str, Any]) -> None:
    assert (weight(case, **changed) or 0.0) >= DEFAULT_RULES.join


@pytest.mark.parametrize("changed", [
    {"given": "Thomas"},  # a twin
    {"birth": "1978-02-03"},  # a father or son of the same name
    {"given": "Thomas", "birth": "1978-02-03"},
    {"nhs": number(2), "status": "01"},  # verified: another person
    {"birth": None, "family": None, "given": None},  # of the same household, and no more
    {"birth": "1978-02-03", "family": None, "given": None, "nhs": number(1), "status": "05"},
    {"birth": None, "family": None, "given": None, "postcode": None, "practice": None, "gender": None},
    {"family": "Robert", "given": "Thornwick", "birth": "1921-05-06", "postcode": "AQZZ11"},  # all swapped
])  # fmt: skip
def test_another_person_of_the_household_is_not_taken_for_the_same(
    case: ResidueCase, changed: dict[str, Any]
) -> None:
    assert (weight(case, **changed) or 0.0) < DEFAULT_RULES.loose


def test_a_rare_name_says_more_than_a_common_one(case: ResidueCase) -> None:
    common = max(load_model().term_frequencies["family_folded"].items(), key=lambda item: item[1])[0]
    for place, family in enumerate((common, "Zzyxbury")):
        case.person(number(place), **{**SOMEBODY, "family": family, "birth": f"195{place}-06-21"})
        case.record(family, **{**SOMEBODY, "family": family, "birth": f"195{place}-06-21"})
    found = case.score()
    assert found["Zzyxbury", f"nhs|{number(1)}"] > found[common, f"nhs|{number(0)}"] + 2


def test_residue_records_are_compared_with_each_other_once(case: ResidueCase) -> None:
    case.record("b", **SOMEBODY), case.record("a", **SOMEBODY)
    assert set(case.score()) == {("a", "b")}


def test_index_persons_are_never_compared_with_each_other(case: ResidueCase) -> None:
    case.person(number(1), **SOMEBODY), case.person(number(2), **SOMEBODY)
    assert case.score() == {}


def test_only_pairs_of_new_records_are_scored_and_like_when_all_are(case: ResidueCase) -> None:
    case.person(number(1), **SOMEBODY)
    for key in "abc":
        case.record(key, **SOMEBODY)
    whole, new = case.score(), case.score(new=["b"])
    assert set(new) == {pair for pair in whole if "b" in pair}
    assert all(whole[pair] == weight for pair, weight in new.items())


def test_a_placeholder_that_many_hold_brings_no_pairs(case: ResidueCase) -> None:
    for key in ("a", "b", "c", "d"):
        case.record(key, **SOMEBODY)
    assert len(case.score()) == 6
    case.rules = ResidueRules(largest_block=3)
    assert case.score() == {}


def test_an_empty_residue_is_no_error(case: ResidueCase) -> None:
    case.person(number(1), **SOMEBODY)
    assert case.score() == {}


def test_names_of_three_hundred_characters_are_compared(case: ResidueCase) -> None:
    person = case.person(number(1), **{**SOMEBODY, "family": "Ab" * 150, "given": "Cd" * 150})
    case.record("a", **{**SOMEBODY, "family": "Ab" * 150, "given": "Cd" * 150})
    assert case.score()["a", person] > DEFAULT_RULES.strict


def test_a_change_touches_those_who_share_a_block(case: ResidueCase) -> None:
    case.person(number(1), **SOMEBODY)
    case.record("a", **SOMEBODY), case.record("b", **{**SOMEBODY, "birth": "1950-06-21", "family": "Oakley"})
    case.record("c", birth="1999-01-02", family="Else", given="Zoe", gender="female", postcode="ZZ11AA")
    assert case.touched([], [number(1)]) == {"a", "b"}
    assert case.touched(["c"], []) == {"c"}
    assert case.touched(["a"], []) == {"a", "b"}


def test_nothing_is_logged_and_no_table_of_splinks_is_left(
    case: ResidueCase, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    case.person(number(1), **SOMEBODY), case.record("a", **SOMEBODY)
    with caplog.at_level(1, logger="splink"), caplog.at_level(1):
        before = logging.getLogger("splink").level
        case.score()
    assert logging.getLogger("splink").level in (before, logging.NOTSET, 1)
    assert not [record for record in caplog.records if record.name.startswith("splink")]
    assert "THORNWICK" not in "".join(capfd.readouterr())
    tables = {row[0] for row in case.connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert not {
        name for name in tables if "splink" in name or name.startswith(("pair_", "residue_node", "no_"))
    }


def test_an_error_of_splinks_shows_no_value(case: ResidueCase) -> None:
    case.record("a", **SOMEBODY), case.record("b", **SOMEBODY)
    case.score()
    model = load_model()
    settings = json.loads(json.dumps(model.splink))
    settings["comparisons"][3]["comparison_levels"][1]["sql_condition"] = "family_folded_l::integer = 1"
    broken = type(model)("1", 1, model.rare, model.term_frequencies, settings, "")
    with pytest.raises(WsicError) as caught:
        score_residue(case.connection, broken)
    assert "THORNWICK" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_model_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"version": "1"}'):
        path = tmp_path / "model.json"
        path.write_text(content)
        with pytest.raises(SetupError, match=r"model\.json"):
            read_model(path)
    (tmp_path / "residue-model.json").write_text("{")
    with pytest.raises(SetupError):
        load_model(tmp_path)


def test_the_packaged_model_prefers_agreement_level_by_level() -> None:
    """Within each comparison the first level speaks for a match, and the last against it."""
    for comparison in load_model().splink["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        first, last = levels[0], levels[-1]
        assert first["m_probability"] > first["u_probability"]
        assert last["m_probability"] < last["u_probability"]
        assert sum(level["m_probability"] for level in levels) == pytest.approx(1, abs=1e-6)
