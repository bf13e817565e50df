"""Starting a program closed in: what it may do, and what is said where it cannot be started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipeline import least_privilege
from pipeline.errors import SetupError
from pipeline.least_privilege import landlock

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


def run(work: Path, program: str, *, reads: tuple[Path, ...] = ()) -> int:
    return least_privilege.run(
        [sys.executable, "-c", program],
        environ={"PATH": os.defpath}, cwd=work, user=None, reads=reads, writes=[work],
    )  # fmt: skip


def test_the_programs_own_exit_code_comes_back(tmp_path: Path) -> None:
    assert [run(tmp_path, f"raise SystemExit({code})") for code in (0, 1, 2)] == [0, 1, 2]


def test_a_program_that_is_not_there_is_a_matter_of_set_up(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="see docs/least-privilege"):
        least_privilege.run(
            ["/no/such/program"], environ={}, cwd=tmp_path, user=None, reads=[], writes=[tmp_path]
        )


def test_a_kernel_that_refuses_is_not_gone_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A launcher whose Landlock fails ends before the program begins."""
    broken = tmp_path / "landlock.py"
    source = Path(landlock.__file__).read_text(encoding="utf-8")
    broken.write_text(source.replace("_RESTRICT = 444, 445, 446", "_RESTRICT = 444, 445, 9999"))
    monkeypatch.setattr(landlock, "__file__", str(broken))
    if landlock.version():
        with pytest.raises(SetupError, match="refused Landlock"):
            run(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')")
        assert not (tmp_path / "ran").exists()


@needs_landlock
def test_it_writes_where_it_may_and_reads_what_it_is_given(tmp_path: Path) -> None:
    work, rows, other = (tmp_path / name for name in ("work", "rows", "other"))
    for folder in (work, rows, other):
        folder.mkdir()
        (folder / "file").write_text("x")
    for path, mode, code in (
        (work / "new", "w", 0), (rows / "file", "r", 0), (rows / "file", "a", 1), (rows / "new", "w", 1),
        (other / "file", "r", 1), (other / "new", "w", 1), (tmp_path / "new", "w", 1),
    ):  # fmt: skip
        assert run(work, f"open({str(path)!r}, {mode!r})", reads=(rows,)) == code, (path.name, mode)


@pytest.mark.parametrize("offered", range(1, landlock.version() + 1))
def test_an_older_kernels_landlock_closes_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offered: int
) -> None:
    """Each version knows fewer rights, and refuses to hear of others."""
    older, work = tmp_path / "landlock.py", tmp_path / "work"
    source = Path(landlock.__file__).read_text(encoding="utf-8")
    older.write_text(source.replace("offered = version()", f"offered = {offered}"))
    assert older.read_text() != source
    monkeypatch.setattr(landlock, "__file__", str(older))
    work.mkdir()
    assert run(work, "open('new', 'w').write('x')") == 0
    assert run(work, f"open({str(older)!r})") == 1


@needs_landlock
def test_a_link_and_a_child_are_no_way_out(tmp_path: Path) -> None:
    work, secret = tmp_path / "work", tmp_path / "secret"
    work.mkdir()
    secret.write_text("x")
    (work / "link").symlink_to(secret)
    assert run(work, "open('link')") == 1
    assert run(work, f"import subprocess; raise SystemExit(subprocess.call(['cat', {str(secret)!r}]))") == 1
    assert run(work, f"import os; os.link({str(secret)!r}, 'hard')") == 1
    assert run(work, "import subprocess; raise SystemExit(subprocess.call(['cat', '/etc/passwd']))") == 0


def test_it_has_no_capability_and_gets_none_back(tmp_path: Path) -> None:
    program = "s = open('/proc/self/status').read(); open('status', 'w').write(s)"
    assert run(tmp_path, program) == 0
    status = dict(line.split(":", 1) for line in (tmp_path / "status").read_text().splitlines())
    assert {int(status[name], 16) for name in ("CapPrm", "CapEff", "CapAmb")} == {0}
    assert status["NoNewPrivs"].strip() == "1"


@pytest.mark.skipif(landlock.version() < 4, reason="this kernel's Landlock does not know TCP")
def test_it_makes_no_tcp_connection_not_even_on_this_machine(tmp_path: Path) -> None:
    program = "import socket; socket.create_connection(('127.0.0.1', 9))"
    told = f"try:\n    {program}\nexcept PermissionError:\n    raise SystemExit(42)"
    assert run(tmp_path, told) == 42


def test_what_is_open_in_the_pipeline_is_not_open_in_the_program(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        assert run(tmp_path, f"import os; os.fstat({file.fileno()})") == 1
