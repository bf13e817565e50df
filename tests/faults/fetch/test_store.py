"""A folder or object store in which files change, lie half, lead elsewhere or fail: none is lost, or taken
twice."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from pipeline import clock
from pipeline.errors import NoAnswerError, RunLockedError, SetupError
from pipeline.fetch.place import held
from pipeline.fetch.store import copying
from tests.fetch_desk import FEED, NIGHT, STORE_FEED, WRITTEN, Desk, csv, killed, put
from tests.landing_house import House, declare_sources

DAY = "2026-03-30"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Desk:
    """A deployment that takes what lies there."""
    declare_sources(monkeypatch)
    return Desk(House(tmp_path), STORE_FEED.format(url=folder.as_uri()))


def test_a_file_lands_under_its_own_name_and_the_store_is_not_touched(desk: Desk, folder: Path) -> None:
    put(folder / "Person.csv", csv(1, 2))
    before = [(path, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))]
    (found,) = desk.fetch()
    assert (found.state, found.files, found.size) == ("complete", 1, len(csv(1, 2)))
    assert desk.delivered() == {f"{DAY}/Person.csv": csv(1, 2)}
    target = desk.house.zones.fetched / FEED / DAY / "Person.csv"
    assert target.stat().st_mode & 0o777 == 0o600 and target.parent.stat().st_mode & 0o777 == 0o700
    assert [(path, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))] == before
    desk.land()
    assert desk.people() == [1, 2]
    assert desk.fetch()[0].files == 0 and not desk.half()


def test_the_content_decides_what_is_new(desk: Desk, folder: Path) -> None:
    put(folder / "Person.csv", csv(1))
    desk.fetch()
    desk.land()
    put(folder / "Person.csv", csv(1), at=NIGHT - timedelta(hours=1))  # touched, and nothing else
    assert desk.fetch()[0].files == 0
    assert sorted(desk.arrivals()) == ["delivered", "unchanged"]
    put(folder / "Person.csv", csv(2), at=WRITTEN + timedelta(hours=1))
    assert desk.fetch()[0].files == 1
    put(folder / "Person.csv", csv(1), at=WRITTEN + timedelta(hours=2))  # the first content again
    assert "its name and day hold another content that is not landed yet" in desk.lacks()
    desk.land()
    assert desk.lacks() == "" and desk.delivered() == {f"{DAY}/Person.csv": csv(1)}


def test_killed_anywhere_it_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(copying, "FLUSHED_EVERY", 1000)
    monkeypatch.setattr(copying, "_PIECE", 500)
    desk.say(STORE_FEED.format(url=folder.as_uri()) + 'move_to = "taken"\n')
    at, all_of_them = 0, {}
    while True:
        at += 1
        content = csv(*range(at, at + 80))
        all_of_them[f"{DAY}/Person_{at}.csv"] = content
        put(folder / f"Person_{at}.csv", content)
        if not killed(desk, at):
            break
        assert desk.fetch()[0].lacks == ""
        assert desk.delivered() == all_of_them
        assert not desk.half()
        assert not list(folder.glob("*.csv"))
    assert at > 15


def test_a_copy_goes_on_where_it_was_flushed(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "FLUSHED_EVERY", 1000)
    monkeypatch.setattr(copying, "_PIECE", 500)
    large = csv(*range(1, 200))
    put(folder / "Person.csv", large)
    assert killed(desk, 10)
    (part,) = desk.half()
    (row,) = desk.house.ledger.query("select safe_size from fetched_file")
    assert 0 < row["safe_size"] <= part.stat().st_size < len(large)
    part.write_bytes(
        part.read_bytes()[: row["safe_size"]] + b"\0" * 5000
    )  # what a power cut leaves behind it
    read: list[int] = []

    class Watched(LocalFileSystem):
        def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
            file = super()._open(path, mode, **more)

            class Opened:
                def seek(self, at: int) -> int:
                    read.append(at)
                    return int(file.seek(at))

                def read(self, size: int) -> bytes:
                    return bytes(file.read(size))

                def __enter__(self) -> Any:
                    return self

                def __exit__(self, *_: object) -> None:
                    file.close()

            return Opened()

    monkeypatch.setattr(fsspec, "get_filesystem_class", lambda protocol: Watched)
    desk.fetch()
    assert read == [row["safe_size"]] and desk.delivered() == {f"{DAY}/Person.csv": large}


class Failing(MemoryFileSystem):
    """A store that fails as told: ``wrong`` is called with what is done and how often it was."""

    protocol = "memory"
    wrong: Callable[[str, int], Any] = staticmethod(lambda doing, times: None)
    times: dict[str, int] = {}

    def _fail(self, doing: str) -> Any:
        self.times[doing] = self.times.get(doing, 0) + 1
        return type(self).wrong(doing, self.times[doing])

    def ls(self, path: str, detail: bool = True, **more: Any) -> Any:
        self._fail("list")
        return super().ls(path, detail=detail, **more)

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        cut = self._fail("open")
        file = super()._open(path, mode, **more)
        return io.BytesIO(file.getvalue()[:cut]) if cut is not None else file


@pytest.fixture
def store(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryFileSystem]:
    """An object store with one file."""
    desk.say(STORE_FEED.format(url="memory://extracts/x01"))
    monkeypatch.setattr(fsspec, "get_filesystem_class", lambda protocol: Failing)
    Failing.times, Failing.wrong = {}, staticmethod(lambda doing, times: None)
    files = MemoryFileSystem()
    files.store.clear()
    files.pipe("/extracts/x01/Person.csv", csv(1))
    yield files
    files.store.clear()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "error", [OSError("Zyxmarker"), TimeoutError(), ConnectionResetError(), RuntimeError("x")]
)
@pytest.mark.parametrize("place", ["list", "open"])
def test_what_passes_is_tried_again(desk: Desk, place: str, error: Exception) -> None:
    def wrong(doing: str, times: int) -> None:
        if doing == place and times < 4:
            raise error

    Failing.wrong = staticmethod(wrong)
    desk.clock.time = clock.moment() + timedelta(hours=1)
    assert desk.lacks() == "" and len(desk.delivered()) == 1
    assert desk.clock.waited == [2, 4, 8]


@pytest.mark.usefixtures("store")
def test_a_store_that_is_down_is_told_by_kind_and_the_next_fetch_goes_on(desk: Desk) -> None:
    def wrong(doing: str, times: int) -> None:
        raise OSError("Zyxmarker")

    Failing.wrong = staticmethod(wrong)
    with pytest.raises(NoAnswerError, match="listing: OSError, 4 times; it goes on at") as refused:
        desk.fetch()
    assert "Zyxmarker" not in str(refused.value)
    Failing.wrong = staticmethod(lambda doing, times: None)
    desk.clock.time = clock.moment() + timedelta(hours=1)
    assert desk.lacks() == "" and len(desk.delivered()) == 1


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("kind", ["PermissionError", "NoCredentialsError", "ClientAuthenticationError"])
def test_a_store_that_does_not_let_us_in_is_a_matter_of_set_up(desk: Desk, kind: str) -> None:
    """Errors of libraries that are not installed here, known by their names alone."""
    error = {"PermissionError": PermissionError}.get(kind) or type(kind, (Exception,), {})

    def wrong(doing: str, times: int) -> None:
        raise error("Zyxmarker")

    Failing.wrong = staticmethod(wrong)
    with pytest.raises(SetupError, match="the store does not let us in") as refused:
        desk.fetch()
    assert "Zyxmarker" not in str(refused.value) and Failing.times == {"list": 1}


@pytest.mark.usefixtures("store")
def test_a_file_that_comes_short_each_time_is_left(desk: Desk) -> None:
    Failing.wrong = staticmethod(lambda doing, times: 20 if doing == "open" else None)
    desk.clock.time = clock.moment() + timedelta(hours=1)
    assert "1 file left: it changed while it was copied, 3 times" in desk.lacks()
    assert desk.delivered() == {} and desk.arrivals() == ["refused"] and not desk.half()


def test_a_file_that_is_written_while_it_is_copied_is_not_taken(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder / "Person.csv", csv(1))
    copy, written = copying._copy, []

    def meanwhile(*given: Any) -> int:
        size = copy(*given)
        if not written:
            written.append(put(path, csv(2), at=WRITTEN + timedelta(minutes=1)))
        return size

    monkeypatch.setattr(copying, "_copy", meanwhile)
    assert desk.lacks() == "" and desk.delivered() == {f"{DAY}/Person.csv": csv(2)}


def test_an_object_store_without_an_object_is_empty(desk: Desk, store: MemoryFileSystem) -> None:
    store.store.clear()
    (found,) = desk.fetch()
    assert (found.files, found.lacks) == (0, "")


def test_a_folder_that_is_not_there_is_a_matter_of_set_up(desk: Desk, folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(SetupError, match="there is nothing at its url"):
        desk.fetch()


def test_links_are_not_followed(desk: Desk, folder: Path, tmp_path: Path) -> None:
    secret = put(tmp_path / "elsewhere" / "secret.csv", b"Zyxmarker")
    (folder / "Person.csv").symlink_to(secret)
    (folder / "below").symlink_to(secret.parent)
    (folder / "loop").symlink_to(folder)
    put(folder / "Person_2.csv", csv(2))
    assert "1 file left: it is a link; valid: the file itself" in desk.lacks()
    assert desk.delivered() == {f"{DAY}/Person_2.csv": csv(2)}


def test_what_is_no_file_is_not_opened(desk: Desk, folder: Path) -> None:
    os.mkfifo(folder / "Person.csv")
    assert "1 file left: it is no file" in desk.lacks()


@pytest.mark.parametrize("name", ["-rf.csv", "a\\b.csv", "new\nline.csv", "é.csv", "Zyxmarker$.csv"])
def test_a_hostile_name_is_refused_and_not_repeated(desk: Desk, folder: Path, name: str) -> None:
    put(folder / name, csv(1))
    said = desk.lacks()
    assert "1 file left: its " in said and "not in form; valid: " in said and name not in said
    assert desk.delivered() == {} and name not in json.dumps(
        desk.house.ledger.query("select * from fetched_file")
    )


@pytest.mark.parametrize("path", ["../x01-other/Person.csv", "/etc/Person.csv"])
def test_a_store_that_lists_what_leads_out_is_not_followed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, folder: Path, path: str
) -> None:
    class Lying(LocalFileSystem):
        def ls(self, where: str, detail: bool = False, **more: Any) -> Any:
            return [{"name": f"{where}/{path}" if path[0] == "." else path, "size": 3, "type": "file"}]

    monkeypatch.setattr(fsspec, "get_filesystem_class", lambda protocol: Lying)
    assert "its path leads out of the folder" in desk.lacks() and desk.delivered() == {}


def test_two_files_of_one_name_and_day_are_not_mistaken_for_one_sent_again(desk: Desk, folder: Path) -> None:
    put(folder / "north" / "Person.csv", csv(1))
    put(folder / "south" / "Person.csv", csv(2), at=WRITTEN + timedelta(hours=1))
    told = (
        "1 file left: another file of the store has its name and day; valid: another name, or a feed of its "
        "own"
    )
    assert desk.lacks() == told
    desk.land()
    assert desk.lacks() == told
    assert desk.delivered() == {f"{DAY}/Person.csv": csv(1)}


def test_two_fetches_of_one_store_do_not_meet(desk: Desk) -> None:
    with held(desk.house.zones, "drop"), pytest.raises(RunLockedError):
        desk.fetch()
