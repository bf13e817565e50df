"""Ctrl-C: at once, whoever has the thread; never half of what must be whole; never lost on the way."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from pipeline import interrupts, least_privilege
from pipeline.errors import WsicError
from pipeline.interrupts import Interrupted, stoppable
from pipeline.ledger import Ledger
from pipeline.run.step import end_interrupted, recorded

RUN = "20260331-001"
ENDLESS = "select sum(a.i * b.i) from range(3000000) a(i), range(3000000) b(i)"  # days of work


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    with interrupts.listen():
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def ask(signum: signal.Signals = signal.SIGINT, after: float = 0.0) -> None:
    if after:
        threading.Timer(after, os.kill, (os.getpid(), signum)).start()
    else:
        os.kill(os.getpid(), signum)


def steps(ledger: Ledger) -> list[tuple[str, str, str]]:
    return [(row["step"], row["outcome"], row["message"]) for row in ledger.query("select * from step")]


@pytest.mark.parametrize("signum", interrupts.SIGNALS)
def test_a_signal_is_an_interrupt_with_its_exit_code(signum: signal.Signals) -> None:
    with pytest.raises(Interrupted, match=signum.name) as raised:
        ask(signum)
        time.sleep(5)
    assert raised.value.exit_code == 128 + signum


@pytest.mark.parametrize("threads", [1, 2])
def test_a_query_ends_with_it_and_the_step_is_interrupted(ledger: Ledger, threads: int) -> None:
    """DuckDB makes an error of its own of it, which a night would go on after."""
    connection = stoppable(duckdb.connect(config={"threads": threads}))
    began = time.monotonic()
    with pytest.raises(Interrupted), recorded(ledger, run_id=RUN, step="link"):
        ask(after=0.3)
        connection.execute(ENDLESS).fetchall()
    assert time.monotonic() - began < 20
    end_interrupted(ledger, RUN)
    assert steps(ledger) == [("link", "failed", "interrupted")]


class HardOfHearing:
    """What counts the calls; DuckDB does not hear one that comes just before its query begins."""

    calls = 0

    def interrupt(self) -> None:
        self.calls += 1


def test_a_query_is_ended_again_until_the_thread_is_back() -> None:
    deaf = stoppable(HardOfHearing())
    with pytest.raises(Interrupted):
        ask(after=0.1)
        hashlib.pbkdf2_hmac("sha256", b"", b"", 8_000_000)  # seconds in which no handler runs
    assert deaf.calls > 1


def test_a_library_that_catches_everything_does_not_keep_the_next_step(ledger: Ledger) -> None:
    with pytest.raises(Interrupted), recorded(ledger, run_id=RUN, step="check_product"):
        with suppress(Interrupted):
            ask()
            time.sleep(5)
        raise WsicError("a rule could not be judged")
    with pytest.raises(Interrupted), recorded(ledger, run_id=RUN, step="publish"):
        pytest.fail("a step began after the end was asked for")
    assert {message for _, _, message in steps(ledger)} == {"interrupted"}


def test_what_is_held_comes_to_its_end(ledger: Ledger) -> None:
    done = []
    with recorded(ledger, run_id=RUN, step="publish"), interrupts.held():
        ask()
        time.sleep(0.1)
        done.append("swapped")
    assert done == ["swapped"]
    assert steps(ledger) == [("publish", "done", "")]
    with pytest.raises(Interrupted):
        interrupts.check()


def test_asking_twice_does_not_disturb_what_is_put_in_order() -> None:
    order = []
    with pytest.raises(Interrupted):
        try:
            ask()
            time.sleep(5)
        finally:
            ask()
            time.sleep(0.1)
            order.append("lock released")
    assert order == ["lock released"]


def test_afterwards_signals_are_what_they_were() -> None:
    with suppress(Interrupted), interrupts.listen():
        ask()
        time.sleep(5)
    assert interrupts.asked() is None


def test_a_signal_that_the_caller_ignores_stays_ignored() -> None:
    program = (
        "import os, signal, time\nfrom pipeline import interrupts\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with interrupts.listen():\n    os.kill(os.getpid(), signal.SIGHUP)\n    time.sleep(0.1)\n"
        "print('went on')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "went on\n"


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(path: Path) -> int:
    for _ in range(200):
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.05)
    pytest.fail("the program did not begin")


def gone(pid: int) -> bool:
    for _ in range(100):
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


SLEEPER = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
STARTER = (  # a program within the program: what dbt starts ends with it
    f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}])"
)


@pytest.mark.parametrize("program", [SLEEPER, STARTER], ids=["itself", "what it started"])
def test_a_program_that_was_started_ends_with_it(tmp_path: Path, program: str) -> None:
    threading.Thread(target=lambda: (wait_for(tmp_path / "pid"), ask()), daemon=True).start()
    with pytest.raises(Interrupted):
        least_privilege.run(
            [sys.executable, "-c", program], environ={"PATH": os.defpath}, cwd=tmp_path, user=None,
            reads=(), writes=[tmp_path],
        )  # fmt: skip
    assert gone(wait_for(tmp_path / "pid"))


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_program_ends_also_where_the_night_is_killed(tmp_path: Path) -> None:
    night = (
        "import os, sys\nfrom pathlib import Path\nfrom pipeline import least_privilege\n"
        f"least_privilege.run([sys.executable, '-c', {SLEEPER!r}], environ={{'PATH': os.defpath}},"
        f" cwd=Path({str(tmp_path)!r}), user=None, reads=(), writes=[Path({str(tmp_path)!r})])"
    )
    with subprocess.Popen([sys.executable, "-c", night]) as process:
        started = wait_for(tmp_path / "pid")
        process.kill()
    assert gone(started)
