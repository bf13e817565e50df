"""A file that changes while it is taken in, and a copy that is not the file.

What was hashed, what lies in the zone and what landed are one, or nothing is recorded and the next run takes
the file as it then is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.landing import copying
from tests.landing_house import PERSON, House, people

Change = Callable[[Path], None]


def _longer(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + people(3)[0].encode() + b"\n")


def _shorter(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-20])


def _other_byte(path: Path) -> None:
    """Of the same length, and with the time of the last writing set back."""
    path.chmod(0o600)
    seen, content = path.stat(), path.read_bytes()
    path.write_bytes(content.replace(b"P1", b"P9", 1))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


_CHANGES = [_longer, _shorter, _other_byte]


@pytest.fixture(autouse=True, params=["hashed again", "asked whether it stood still"])
def second_look(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large copy is hashed once; of a small one hashing says more than its times do."""
    if request.param != "hashed again":
        monkeypatch.setattr("pipeline.landing.receive.LARGE_FROM", 0)


def _before(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[..., None]) -> None:
    """Do something just before the function ``name`` of landing is called, with what it is given."""
    module, _, word = f"pipeline.landing.{name}".rpartition(".")
    function = getattr(__import__(module, fromlist=[word]), word)

    def called(*given: Any, **named: Any) -> Any:
        act(*given)
        return function(*given, **named)

    monkeypatch.setattr(f"pipeline.landing.{name}", called)


def _behind_copying(monkeypatch: pytest.MonkeyPatch, act: Callable[[Any, Path], None]) -> None:
    """Do something just behind the copying of a file while it is hashed."""

    def copied(file: Any, target: Path) -> tuple[str, copying.Copied]:
        found = copying.copy_and_hash(file, target)
        act(file, target)
        return found

    monkeypatch.setattr("pipeline.landing.receive.copy_and_hash", copied)


def _refused_now(house: House) -> None:
    before = house.files()
    assert "tried again at the next run" in house.land().message
    assert house.files() == before


def _require_as_received(house: House, sent: Path, rows: int) -> None:
    """The newest file has the rows that were sent, and lies in the zone as it was hashed."""
    file = house.files()[-1]
    assert (file["rows_in"], file["rows_landed"]) == (rows, rows)
    assert file["file_sha256"] == hashlib.sha256(sent.read_bytes()).hexdigest()
    lying = [path.read_bytes() for path in house.zones.received.rglob("Person.csv*")]
    assert sent.read_bytes() in lying
    assert not list(house.zones.received.rglob(".*"))
    assert not list((house.zones.home / "landing" / "work").iterdir())


@pytest.mark.parametrize("change", _CHANGES)
def test_a_copy_that_is_not_its_file_is_not_recorded(
    house: House, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    sent = house.send("Person.csv", PERSON, *people(1, 2))
    with monkeypatch.context() as broken:
        _behind_copying(broken, lambda _, target: change(target))
        _refused_now(house)
    assert house.land().outcome == "landed"
    _require_as_received(house, sent, 2)


@pytest.mark.parametrize("change", _CHANGES)
def test_a_file_that_is_written_while_it_is_hashed_is_not_recorded(
    house: House, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    sent = house.send("Person.csv", PERSON, *people(1, 2))
    with monkeypatch.context() as broken:
        _behind_copying(broken, lambda file, _: change(Path(file.name)))
        _refused_now(house)
    house.send("Person.csv", PERSON, *people(1, 2, 3))
    assert house.land().outcome == "landed"
    _require_as_received(house, sent, 3)


@pytest.mark.parametrize("change", _CHANGES)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_file_that_is_written_before_it_is_taken_in_is_not_recorded(
    house: House, monkeypatch: pytest.MonkeyPatch, change: Change, is_known: bool
) -> None:
    """Be its name new, or known with other content."""
    if is_known:
        house.send("Person.csv", PERSON, *people(2))
        house.land()
    sent = house.send("Person.csv", PERSON, *people(1, 2))
    with monkeypatch.context() as broken:
        _before(broken, "land.land_file", lambda *_: change(sent))
        _refused_now(house)
    house.send("Person.csv", PERSON, *people(1, 2, 3))
    assert house.land().outcome == "landed"
    _require_as_received(house, sent, 3)


@pytest.mark.parametrize("change", _CHANGES)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_copy_that_changes_while_it_is_worked_with_is_not_recorded(
    house: House, monkeypatch: pytest.MonkeyPatch, change: Change, is_known: bool
) -> None:
    if is_known:
        house.send("Person.csv", PERSON, *people(2))
        house.land()
    sent = house.send("Person.csv", PERSON, *people(1, 2))
    with monkeypatch.context() as broken:
        # The work is done at once, and the second look at the copy comes behind the change.
        broken.setattr("pipeline.landing.receive.ThreadPoolExecutor", _AtTheEnd)
        _before(broken, "land_file.land_received", lambda _, received, *__: change(received.path))
        _refused_now(house)
    assert house.land().outcome == "landed"
    _require_as_received(house, sent, 2)


class _AtTheEnd:
    """Does what it is given when it is asked for the result."""

    def __init__(self, **_: Any) -> None:
        self.given: tuple[Any, ...] = ()

    def __enter__(self) -> _AtTheEnd:
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, *given: Any) -> _AtTheEnd:
        self.given = given
        return self

    def result(self) -> Any:
        return self.given[0](*self.given[1:])


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_a_sender_does_behind_the_copying_does_not_matter(
    house: House, monkeypatch: pytest.MonkeyPatch, is_gone: bool
) -> None:
    """The copy is what was hashed; the new content is the next run's."""
    sent = house.send("Person.csv", PERSON, *people(1, 2))
    with monkeypatch.context() as broken:
        broken.setattr("pipeline.landing.receive.ThreadPoolExecutor", _AtTheEnd)
        _before(broken, "land_file.land_received", lambda *_: sent.unlink() if is_gone else _longer(sent))
        assert house.land().outcome == "landed"
    assert [file["rows_landed"] for file in house.files()] == [2]
    house.send("Person.csv", PERSON, *people(1, 2, 3))
    assert house.land().outcome == "landed"
    _require_as_received(house, sent, 3)


def test_a_file_that_is_only_touched_lands(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = house.send("Person.csv", PERSON, *people(1, 2))
    _before(monkeypatch, "land.land_file", lambda *_: os.utime(sent, ns=(1, 1)))
    assert house.land().outcome == "landed"
    _require_as_received(house, sent, 2)


def test_a_copy_that_cannot_be_written_while_hashing_is_written_behind(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    sent = house.send("Person.csv", PERSON, *people(1, 2))
    with monkeypatch.context() as broken:
        _behind_copying(broken, full)
        broken.setattr("pipeline.landing.receive.shutil.copyfile", full)
        _refused_now(house)
    _behind_copying(monkeypatch, full)
    assert house.land().outcome == "landed"
    _require_as_received(house, sent, 2)


def test_what_was_received_before_or_is_not_declared_is_hashed_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = []
    _behind_copying(monkeypatch, lambda file, _: copied.append(Path(file.name).name))
    house.send("Person.csv", PERSON, *people(1, 2))
    house.send("Notes.docx", "x")
    house.land()
    house.land()
    assert copied == ["Person.csv"]
    assert sorted(path.name.split("-")[0] for path in house.zones.received.rglob("*.*")) == [
        "Person.csv",
        "unrecognised",
    ]


@pytest.mark.parametrize("size", [0, 1, 4 * 1024 * 1024 - 1, 4 * 1024 * 1024, 5 * 1024 * 1024 + 7])
def test_a_copy_has_every_block_of_its_file(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(content)
    with one.open("rb", buffering=0) as file:
        digest, copied = copying.copy_and_hash(file, other)
    assert digest == hashlib.sha256(content).hexdigest()
    assert other.read_bytes() == content
    assert copying.stands_still(one, copied.sent) and copying.stands_still(other, copied.own)


@pytest.mark.parametrize("change", _CHANGES)
def test_a_change_behind_the_moment_in_which_it_may_not_show_is_seen(tmp_path: Path, change: Change) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"P1" * 40)
    seen = copying.settled(path)
    assert copying.stands_still(path, seen)
    change(path)
    assert not copying.stands_still(path, seen)
