"""Tables for people, whole lines for a pipe, JSON that is JSON, colours where somebody sees them."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.cli import console
from tests.terminal import Terminal

LONG = "a reason of many words " * 40
ROWS = [{"run_id": "20260331-001", "files": 1234, "reason": LONG.strip() + " [open]"}, {
    "run_id": "20260331-002", "files": 2, "reason": "two\nlines"
}]  # fmt: skip


def printed(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stdout", stream)
    console.show_rows(ROWS, as_json=False, nothing="")
    return stream.getvalue()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")


def test_what_is_piped_is_whole_and_a_line_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(io.StringIO(), monkeypatch).splitlines()
    assert len(lines) == 1 + len(ROWS)
    assert lines[1].rstrip().endswith("many words [open]")
    assert lines[2].split() == ["20260331-002", "2", "two", "lines"]
    assert lines[0].index("reason") == lines[1].index("a reason") == lines[2].index("two")
    assert not set("".join(lines)) & set("─│┃━╭\x1b…")


def test_on_a_terminal_rows_are_folded_to_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(Terminal(), monkeypatch)
    assert "\x1b[" in text
    assert len(text.splitlines()) > 5
    assert "".join(text.split()).count("manywords") == 40


@pytest.mark.parametrize(
    ("environ", "is_terminal", "is_coloured"),
    [
        ({}, True, True), ({}, False, False),
        ({"NO_COLOR": "1"}, True, False), ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True), ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": ""}, False, False), ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)  # fmt: skip
def test_colours_are_for_who_sees_them(
    environ: dict[str, str], is_terminal: bool, is_coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    text = printed(Terminal() if is_terminal else io.StringIO(), monkeypatch)
    assert ("\x1b" in text) is is_coloured
    if not is_terminal:
        assert len(text.splitlines()) == 1 + len(ROWS)


def test_json_is_json_whatever_the_values(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_json(
        {
            "none": float("nan"), "most": float("inf"), "share": Decimal("0.25"), "day": date(2026, 3, 31),
            "at": datetime(2026, 3, 31, 1, 2), "time": time(1, 2), "path": Path("a/b"), "names": {"é"},
            1: (2, 3),
        }
    )  # fmt: skip
    out, err = capsys.readouterr()
    assert json.loads(out, parse_constant=pytest.fail) == {
        "none": None, "most": None, "share": 0.25, "day": "2026-03-31", "at": "2026-03-31T01:02:00",
        "time": "01:02:00", "path": "a/b", "names": ["é"], "1": [2, 3],
    }  # fmt: skip
    assert err == ""


def test_a_failure_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console.fail("row [3]: :cross: " + LONG)
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"wsic: row [3]: :cross: {LONG}\n")
