"""What must hold of the files themselves: sizes, the lock, words that do not belong here."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from release.locked import LOCK, NODE_LOCKS, OTHER_LOCKS, STORES_LOCK

ROOT = Path(__file__).parent.parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
BANNED_NAMES = ("utils", "misc", "helpers", "common", "final", "v2", "util", "helper")
# Built from pieces, so that this file does not hold what it looks for.
WORKPLACE = re.compile(
    "|".join(("/" + "work/", "bash_" + "jobs", "tmp/" + "briefs", "/" + "opt/pypi", "/ro" + "ot/"))
)
# Of pip, uv and poetry; of npm, pnpm and yarn.
A_LOCK = re.compile(r"\.lock$|(^|-)(lock|shrinkwrap)\.(json|ya?ml)$|^(pylock\..*|requirements.*\.txt)$")
INDEX = re.compile(r"--(extra-)?index-url|--find-links|https?://|file:|@ ")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in done.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def text_files() -> list[Path]:
    return [path for path in tracked() if path.suffix not in (".parquet", ".gz", ".png", ".duckdb")]


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def test_there_are_files_to_look_at() -> None:
    assert len(python_files()) > 50


def test_no_python_file_is_too_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in python_files()
    }
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_no_function_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [path for path in tracked() if path.stem in BANNED_NAMES]


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in text_files()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1)
        if WORKPLACE.search(line)
    ]
    assert not found


def locked(lock: str) -> dict[str, str]:
    """Name and version of all that a lock pins."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("lock", "least"),
    [
        ("requirements.lock", 100), ("requirements-stores.lock", 40), ("requirements-store-servers.lock", 30),
        ("requirements-mesh.lock", 20), ("requirements-bench.lock", 0),
    ],
)  # fmt: skip
def test_the_lock_pins_everything_by_hash_and_names_no_index(lock: str, least: int) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if not line.lstrip().startswith("#")]
    assert not [line for line in code if INDEX.search(line)]
    pins = [number for number, line in enumerate(code) if line and not line[0].isspace()]
    assert len(pins) > least
    for number in pins:
        assert re.match(r"[a-z0-9._-]+==\S+", code[number]), code[number]
        assert "--hash=sha256:" in code[number + 1], code[number]


def test_no_lock_is_left_out_of_licences() -> None:
    known = {LOCK, STORES_LOCK, *OTHER_LOCKS.values(), *NODE_LOCKS.values()}
    assert {path for path in tracked() if A_LOCK.search(path.name)} == known


def test_the_lock_holds_what_the_project_asks_for() -> None:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = said["project"], said["dependency-groups"]
    extras = [one for group in project["optional-dependencies"].values() for one in group]
    for lock, wanted in (
        ("requirements.lock", [*project["dependencies"], *extras]),
        ("requirements-stores.lock", groups["stores"]),
        ("requirements-store-servers.lock", groups["store-servers"]),
    ):
        names = [re.match(r"[A-Za-z0-9._-]+", one).group() for one in wanted]
        assert names
        assert not [name for name in names if re.sub(r"[._]", "-", name).lower() not in locked(lock)]


def test_what_an_operator_adds_fits_what_is_installed() -> None:
    ours, added = locked("requirements.lock"), locked("requirements-stores.lock")
    both = ours.keys() & added.keys()
    assert len(both) > 10
    assert {name for name in both if ours[name] != added[name]} == set()


@pytest.mark.parametrize("word", ["TODO", "FIXME", "NotImplementedError"])
def test_nothing_is_left_unfinished(word: str) -> None:
    found = [path for path in python_files() if word in path.read_text("utf-8") and path != Path(__file__)]
    assert not found


def test_no_test_folder_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))
