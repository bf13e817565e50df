"""NHS numbers go into one private file, and nowhere else: not argv, errors, output, logs or zones."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.audit_log import operating_user
from pipeline.cli import app
from pipeline.errors import UsageError
from pipeline.identity.reidentify import looks_like_number
from pipeline.reidentify import RequestRefusedError
from tests.markers import values_after_the_wall
from tests.reidentify_desk import CASE, NUMBERS, PRACTICE, REASON, Desk, acting_as, make_desk

ROOT = Path(__file__).parents[3]
NUMBER = NUMBERS["registered"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("desk"))


SUBJECT = ["reidentify", "subject", "--by", "A. Clerk", "--case", "SAR-2026/7", "--reason", "letter of May"]


@pytest.fixture
def wsic(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("WSIC_HOME", str(desk.settings.home))
    monkeypatch.setenv("WSIC_REQUESTERS", str(desk.settings.requesters))
    return CliRunner()


def request(desk: Desk, *more: str, person_key: str | None = None) -> list[str]:
    return [
        "reidentify", "--person-key", person_key or desk.keys["registered"], "--requester", "A. Clerk",
        "--organisation", PRACTICE, "--purpose", "Direct care", "--case", CASE, "--reason", REASON,
        "--as-of", "2026-03-31",
        *more,
    ]  # fmt: skip


def test_the_numbers_are_in_the_file_and_not_in_the_output(
    desk: Desk, wsic: CliRunner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    out = tmp_path / "people.csv"
    done = wsic.invoke(app, request(desk, "--out", str(out)))
    assert done.exit_code == 0, done.output
    assert NUMBER in out.read_text("ascii")
    assert out.stat().st_mode & 0o777 == 0o600
    assert "1 given" in done.output
    assert NUMBER not in done.output + caplog.text
    machine = wsic.invoke(app, request(desk, "--out", str(out), "--json"))
    assert json.loads(machine.stdout)["answer"]["given"] == 1
    assert NUMBER not in machine.output


def test_nothing_of_it_lies_in_a_zone_behind_the_wall(desk: Desk, wsic: CliRunner, tmp_path: Path) -> None:
    wsic.invoke(app, request(desk, "--out", str(tmp_path / "people.csv")))
    wsic.invoke(app, request(desk, "--out", str(tmp_path / "people.csv"), "--break-glass"))
    texts = list(values_after_the_wall(desk.settings.home))
    assert any("reidentify_given" in text for _, text in texts)
    for number in NUMBERS.values():
        assert [where for where, text in texts if number in text] == []
    # Pseudonyms asked about are in the products, and not in the log beside the name of who asked.
    audited = [text for where, text in texts if where.startswith("audit")]
    assert audited
    assert not any(desk.keys["registered"] in text for text in audited)


def test_show_is_for_a_terminal(desk: Desk, wsic: CliRunner) -> None:
    done = wsic.invoke(app, request(desk, "--show"))
    assert isinstance(done.exception, UsageError)
    assert NUMBER not in done.output


@pytest.mark.parametrize("spelling", ["{}", "--person-key={}", "{0[0]}{0[1]}{0[2]} {rest}"])
@pytest.mark.parametrize("verb", ["reidentify", "reidentify subject"])
def test_an_nhs_number_on_the_command_line_is_refused_and_not_repeated(
    desk: Desk, tmp_path: Path, spelling: str, verb: str
) -> None:
    argument = spelling.format(NUMBER, rest=NUMBER[3:])
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "reidentify", argument, *verb.split()[1:]],
        cwd=tmp_path, env={**os.environ, "WSIC_HOME": str(desk.settings.home), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "never put one on a command line" in done.stderr
    assert NUMBER not in done.stdout + done.stderr
    assert NUMBER[3:] not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "wrong", [f"{NUMBER}\n", "not a pseudonym", f"{NUMBER}{'0' * 54}x"], ids=["number", "words", "longer"]
)
def test_what_a_file_holds_is_never_in_an_error(
    desk: Desk, wsic: CliRunner, tmp_path: Path, wrong: str
) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text(wrong, encoding="utf-8")
    done = wsic.invoke(app, request(desk, "--file", str(keys), "--out", str(tmp_path / "people.csv")))
    assert isinstance(done.exception, UsageError)
    assert wrong.strip() not in str(done.exception) + done.output


def test_the_subjects_report_takes_the_number_from_a_file_or_stdin(
    desk: Desk, wsic: CliRunner, tmp_path: Path
) -> None:
    held, out = tmp_path / "number.txt", tmp_path / "report.json"
    held.write_text(f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}\n", encoding="ascii")
    done = wsic.invoke(app, [*SUBJECT, "--nhs-number-file", str(held), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text("utf-8"))["nhs_number"] == NUMBER
    assert out.stat().st_mode & 0o777 == 0o600
    again = wsic.invoke(app, [*SUBJECT, "--nhs-number-file", "-", "--out", str(out)], input=NUMBER)
    assert again.exit_code == 0, again.output
    assert NUMBER not in done.output + again.output


@pytest.mark.parametrize("wrong", ["", "9990000019", "twelve", NUMBER[:9]])
def test_a_wrong_number_is_not_repeated(desk: Desk, wsic: CliRunner, tmp_path: Path, wrong: str) -> None:
    held = tmp_path / "number.txt"
    held.write_text(wrong, encoding="ascii")
    done = wsic.invoke(app, [*SUBJECT, "--nhs-number-file", str(held), "--out", str(tmp_path / "r.html")])
    assert isinstance(done.exception, UsageError)
    assert not wrong or wrong not in str(done.exception) + done.output


def test_a_break_glass_is_loud(desk: Desk, wsic: CliRunner, tmp_path: Path) -> None:
    done = wsic.invoke(app, request(desk, "--out", str(tmp_path / "people.csv"), "--break-glass"))
    assert done.exit_code == 0, done.output
    assert "BREAK-GLASS" in done.stderr
    listed = wsic.invoke(app, ["reidentify", "review", "list", "--json"])
    waiting = [row["request"] for row in json.loads(listed.stdout)]
    assert waiting
    own = wsic.invoke(
        app, ["reidentify", "review", "close", waiting[0], "--by", "A. Clerk", "--finding", "justified"]
    )
    assert isinstance(own.exception, RequestRefusedError)
    close = ["reidentify", "review", "close", waiting[0], "--by", "C. Guardian", "--finding", "justified"]
    own = wsic.invoke(app, close)
    assert isinstance(own.exception, RequestRefusedError), "under another name, from the same account"
    with acting_as("cguardian"):
        closed = wsic.invoke(app, close)
    assert closed.exit_code == 0, closed.output


def test_the_account_is_asked_of_the_system_and_not_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = operating_user()
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert operating_user() == before


def test_the_form_of_a_number_is_known() -> None:
    assert all(looks_like_number(number) for number in NUMBERS.values())
    assert not any(looks_like_number(text) for text in ("", "9990000019", "x" * 10, "0" * 64, "2026-03-31"))
