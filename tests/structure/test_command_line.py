"""Every verb of the contract is there, says how it is used, and ends with an example."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.evaluation import EvaluationRules
from pipeline.identity.residue import TrainingRules as LinkRules
from pipeline.risk import TrainingRules as RiskRules

ROOT = Path(__file__).parent.parent.parent
# Verbs of the contract that this version has; later ones are added with what they do.
VERBS = (
    "check", "synthesise", "run", "runs", "report", "export-fhir", "evaluate",
    "fetch run", "fetch feeds", "fetch arrivals", "fetch list", "fetch show", "fetch keys", "fetch check",
    "quarantine list", "quarantine show", "quarantine replay", "feedback list", "feedback show",
    "history list", "history as-known-on", "history remove",
    "link relink", "link explain", "link report", "link export", "link train", "link override",
    "link rollback",
    "link review list", "link review show", "link review decide",
    "link mps request", "link mps response", "opt-outs request", "opt-outs collect", "opt-outs apply",
    "opt-outs check",
    "opt-outs withdraw", "opt-outs delete", "opt-outs report",
    "keys list", "keys rotate", "publish list", "publish rollback", "publish check", "publish snapshot",
    "retention plan", "retention destroy", "retention list",
    "audit verify", "audit show", "audit report", "audit reopen",
    "risk train", "reidentify review list", "reidentify review close", "reidentify subject",
)  # fmt: skip
GROUPS = (
    "",
    "fetch",
    "quarantine",
    "feedback",
    "history",
    "link",
    "link review",
    "link mps",
    "opt-outs",
    "keys",
    "publish",
    "retention",
    "risk",
    "audit",
    "reidentify",
    "reidentify review",
)


ROOT_COMMAND: Any = typer.main.get_command(app)


def tree(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every verb and group, whatever the lists above say."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from tree(inner, *path, name)


TREE = [*tree(ROOT_COMMAND)]


def help_of(words: str) -> str:
    result = CliRunner().invoke(app, [*words.split(), "--help"])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("verb", (*GROUPS, *VERBS))
def test_help_ends_with_an_example_that_calls_the_verb(verb: str) -> None:
    text = help_of(verb)
    _, _, examples = text.partition("Example:\n")
    assert f"wsic {verb}".strip() in examples


def parse(command: Any, words: list[str]) -> tuple[str, ...]:
    """The path of the verb that a call reaches; raises where a word or an option is not known."""
    path: tuple[str, ...] = ()
    context = command.make_context("wsic", words)
    while left := [*getattr(context, "_protected_args", []), *context.args]:
        name, command, rest = command.resolve_command(context, left)
        path += (name,)
        context = command.make_context(name, rest, parent=context)
    return path


@pytest.mark.parametrize(("path", "command"), [pytest.param(*one, id=" ".join(one[0])) for one in TREE])
def test_every_example_is_a_call_that_the_command_line_takes(
    path: tuple[str, ...], command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, text = (command.epilog or "").partition("Example:\n")
    calls = [shlex.split(line) for line in text.replace("\\\n", "").splitlines()]
    assert calls
    monkeypatch.chdir(tmp_path)
    for program, *words in calls:
        for word in words:
            if re.fullmatch(r"[\w-]+\.\w+", word):
                Path(word).touch()  # some verbs want the file to be there
        assert program == "wsic"
        assert parse(ROOT_COMMAND, words)[: len(path)] == path


def test_a_call_with_an_unknown_option_would_be_found() -> None:
    for wrong in ("run --extracts x --as-off 2026-03-31", "publish chek open"):
        with pytest.raises(Exception, match=r"No such"):
            parse(ROOT_COMMAND, wrong.split())


@pytest.mark.parametrize(
    ("path", "option", "rules"),
    [
        *((("evaluate",), name, EvaluationRules()) for name in ("days", "ratio", "seed")),
        *((("link", "train"), name, LinkRules()) for name in ("population", "practices", "seed")),
        *((("risk", "train"), name, RiskRules()) for name in ("variant", "seed")),
    ],
)
def test_the_default_that_a_help_text_names_is_that_of_the_rules(
    path: tuple[str, ...], option: str, rules: object
) -> None:
    (found,) = [one for one in dict(TREE)[path].params if one.name == option]
    assert found.default is None
    assert str(found.show_default) == str(getattr(rules, option))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_speaks_json_and_says_what_it_does(verb: str) -> None:
    text = help_of(verb)
    assert "--json" in text
    assert len(re.sub(r"(?s)Options:.*", "", text).split()) > 8


def test_every_command_is_in_the_list_above() -> None:
    """A new verb without a line here would go untested."""
    listed = set(VERBS)
    found = set()
    for group in GROUPS:
        text = help_of(group)
        names = re.findall(r"^  ([a-z-]+)  ", text.partition("Commands:")[2], flags=re.MULTILINE)
        found |= {f"{group} {name}".strip() for name in names}
    assert found - set(GROUPS) == listed


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "--extracts", "nowhere", "--as-of", "2026-03-31"], 2, "is not a folder"),
        (["run", "--extracts", ".", "--as-of", "31/03/2026"], 2, "valid: YYYY-MM-DD"),
        (["run", "--extracts", "."], 2, "--as-of"),
        (["runs", "20200101-001"], 2, "wsic runs"),
        (["publish", "check", "closed"], 2, "valid: "),
        (["link", "explain", "hospital", "A", "1"], 2, "valid: acute"),
        (["evaluate", "--interventions", "no", "--out", "x", "--product", "open"], 2, "valid: secondary_use"),
        (["no-such-verb"], 2, "no-such-verb"),
    ],
)
def test_a_wrong_call_ends_with_one_line_and_its_code(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        cwd=tmp_path, env={**os.environ, "WSIC_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_is_wrong_is_a_matter_of_set_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "runs"],
        cwd=tmp_path, env={**os.environ, "WSIC_ENV": "playground", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "valid: development, production" in done.stderr
