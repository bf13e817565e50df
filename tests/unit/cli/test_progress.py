"""Bars on a terminal, nothing elsewhere; the work pays next to nothing for being watched."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from pipeline import progress
from pipeline.cli import progress as bars
from pipeline.warehouse import dbt_log
from tests.terminal import Terminal


class Heard:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int]] = []
        self.done: list[tuple[int, int, str]] = []

    def step(self, words: str, number: int, of: int) -> None:
        self.steps.append((words, number, of))

    def parts(self, done: int, of: int, what: str) -> None:
        self.done.append((done, of, what))


def work() -> None:
    progress.step("landing", number=2, of=17)
    for _ in progress.counted(range(3), "feeds"):
        pass


def drawn(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    with bars.shown():
        work()
    return stream.getvalue()


def test_a_listener_hears_of_steps_and_parts() -> None:
    heard = Heard()
    with progress.told_to(heard):
        assert progress.is_heard()
        work()
    assert not progress.is_heard()
    work()  # nobody hears of it
    assert heard.steps == [("landing", 2, 17)]
    assert heard.done == [(0, 3, "feeds"), (1, 3, "feeds"), (2, 3, "feeds"), (3, 3, "feeds")]


def test_a_terminal_shows_steps_and_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    text = drawn(Terminal(), monkeypatch)
    for words in ("landing", "1/17", "3/3", "feeds"):
        assert words in text


def test_nothing_is_drawn_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert drawn(io.StringIO(), monkeypatch) == ""
    monkeypatch.setenv("TERM", "dumb")
    assert drawn(Terminal(), monkeypatch) == ""


def test_telling_costs_microseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night tells of some thousand parts in many minutes: a millisecond each would not be felt."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", Terminal())
    with bars.shown():
        began = time.process_time()
        for done in range(2000):
            progress.parts(done, 2000, "feeds")
        taken = time.process_time() - began
    assert taken / 2000 < 0.001


def test_what_dbt_has_done_is_read_from_its_log(tmp_path: Path) -> None:
    log, heard = tmp_path / "dbt.log", Heard()
    assert dbt_log.follow(log) is None
    log.write_text("1 of 9 OK created sql table model core.old [OK in 1s]\n")
    with progress.told_to(heard):
        look = dbt_log.follow(log)
        assert look is not None
        with log.open("a") as file:
            file.write("12:00 [info ] [Thread-1]: 1 of 4 START sql table model core.person [RUN]\n")
            file.write("12:00 [info ] [Thread-1]: 1 of 4 OK created sql table model core.person [OK in 1s]\n")
            file.write("12:00 [error] [Thread-2]: 2 of 4 FAIL 3 unique_person [FAIL 3 in 0.1s]\n3 of 4 PA")
        look()
        look()
        log.write_text("3 of 4 PASS not_null_person [PASS in 0.1s]\n")  # dbt began another file
        look()
    assert heard.done == [(2, 4, "models and tests"), (3, 4, "models and tests")]
