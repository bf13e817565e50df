"""Every rule that landing can break is worded for the sender."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from connectors import registry
from connectors.fhir.reader import PROBLEMS
from connectors.fhir.shapes import SHAPES
from pipeline.landing.outcomes import FHIR
from pipeline.landing.read_csv import _RULES
from pipeline.landing.rule_words import FILE_RULES, meaning, words_of

LANDING = Path(__file__).parents[3] / "pipeline" / "landing"


def broken_in_code() -> set[str]:
    """First arguments of every ``Broken(…)`` that is written out in the landing room."""
    found = set()
    for path in LANDING.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id == "Broken" and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_every_rule_of_files_and_lines_has_words() -> None:
    written = broken_in_code() | set(_RULES.values())
    assert len(written) > 10
    assert not {rule for rule in written if rule not in FILE_RULES and rule not in PROBLEMS}


def test_every_declared_rule_has_words_that_are_not_its_id() -> None:
    for source in registry.SOURCES.values():
        for format_ in source.formats:
            for file in format_.files:
                words = words_of(source.word, format_.name, file.name.upper())
                assert words
                assert all(len(said.split()) > 2 for said in words.values())
    for resource_type in SHAPES:
        words = words_of("gp", FHIR, f"{resource_type}.ndjson")
        assert ("missing_id", "$.id") in words


def test_a_rule_that_nothing_words_is_said_by_its_id() -> None:
    assert meaning({}, "some_new_rule", "") == "some new rule"
    assert not re.search("_", meaning({}, "empty_file", ""))
