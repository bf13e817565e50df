"""Every rule that a gate can leave in the ledger is told in words on the page for information governance."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.published import MARKED_SUITES, OPEN_SUITES, SUITES
from expectations.sources import SUITES as ARRIVED
from pipeline import gate_words
from pipeline.ig_report.evidence.rule_meanings import NOTED, meaning, title
from pipeline.keys import PURPOSES
from pipeline.keys.purposes import meaning_of

ROOT = Path(__file__).parents[2]
_OF_SUITES = [
    (suite.word, rule.rule_id)
    for suite in (*SUITES, *OPEN_SUITES, *MARKED_SUITES, *ARRIVED.values())
    for rule in suite.rules
]
_OF_GATES = [
    (gate_words.AUDIT_LOG, gate_words.AUDIT_LOG_RULE),
    *((gate_words.COPIES, rule) for rule in gate_words.COPIES_RULES),
    *((gate_words.DBT, rule) for rule in gate_words.DBT_RULES),
    *((gate_words.PURPOSE, rule) for rule in gate_words.PURPOSE_RULES),
    (gate_words.PURPOSE, gate_words.LINEAGE_FOLLOWED),
    (gate_words.PURPOSE, gate_words.WHOLE_SYSTEM_TRAINED),
    *((gate_words.LEAST_PRIVILEGE, rule) for rule in gate_words.LEAST_PRIVILEGE_RULES),
    *((gate_words.FETCHED, rule) for rule in gate_words.FETCHED_RULES),
    *((gate_words.OPT_OUTS, rule) for rule in gate_words.OPT_OUT_RULES),
    *(
        (gate_words.OBJECTIONS, rule)
        for stage in gate_words.OBJECTION_STAGES
        for rule in gate_words.objection_rules(stage)
    ),
    ("pseudonymise", "domain:acute__activity.admission_method"),
]
RULES = sorted({*_OF_SUITES, *_OF_GATES})


@pytest.mark.parametrize(("suite", "rule"), RULES, ids=[f"{suite}.{rule}" for suite, rule in RULES])
def test_a_rule_says_what_must_hold_in_words(suite: str, rule: str) -> None:
    told = meaning(suite, rule)
    assert len(re.findall(r"[A-Za-z]{2,}", told)) >= 4
    assert rule not in told
    assert told == told.strip()


@pytest.mark.parametrize("suite", sorted({suite for suite, _ in RULES}))
def test_a_suite_has_a_title_in_words(suite: str) -> None:
    assert title(suite) != suite


def test_rules_of_one_gate_do_not_share_a_meaning() -> None:
    told = [(suite, meaning(suite, rule)) for suite, rule in _OF_GATES]
    assert len(set(told)) == len(told)


def test_what_only_notes_is_never_a_rule_that_stops_a_product() -> None:
    assert {rule for _, rule in NOTED}.isdisjoint(gate_words.PURPOSE_RULES)


def test_no_part_of_the_code_leaves_a_rule_under_words_of_its_own() -> None:
    """A suite's word stands in one place, which this test goes through."""
    found = {
        f"{path.relative_to(ROOT)}:{word}"
        for path in sorted((ROOT / "pipeline").rglob("*.py"))
        for word in _suites_written(path)
    }
    known = {suite for suite, _ in RULES}
    assert [one for one in found if one.rpartition(":")[2] not in known] == []


def _suites_written(path: Path) -> Iterator[str]:
    """Texts that a dictionary gives as its ``suite``, and those of a constant of that name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "suite" and isinstance(value, ast.Constant):
                    yield str(value.value)
        is_named = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SUITE"
        if is_named and isinstance(node.value, ast.Constant):  # type: ignore[attr-defined]
            yield str(node.value.value)  # type: ignore[attr-defined]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_key_says_what_it_does(purpose: str) -> None:
    told = meaning_of(purpose)
    assert told.count(" ") >= 3
    assert told.startswith("reserved") == purpose.startswith("zone:")
