"""S3, Azure, Google, SMB and SFTP: the same promises, each with a real server on loopback.

Needs ``make stores`` and ``make store-servers``; what is not installed is skipped with that reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import NoAnswerError, SetupError
from pipeline.fetch.store import copying
from tests.fetch_desk import STORE_FEED, Desk, csv, killed
from tests.landing_house import House, declare_sources
from tests.store_servers.servers import PROTOCOLS, WRONG, serving
from tests.store_servers.store import Store

DAY = "2026-03-30"
PERSON = f"{DAY}/Person.csv"


@pytest.fixture(scope="module", params=PROTOCOLS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One server of each protocol for all tests that leave it running."""
    with serving(request.param, tmp_path_factory.mktemp(request.param)) as store:
        yield store


@pytest.fixture
def store(running: Store) -> Iterator[Store]:
    """With nothing in it."""
    running.clear()
    yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's and Azure's libraries wait between tries of their own: up to a minute and a half for each."""

    async def at_once(*_: object, **__: object) -> None:
        await asyncio.sleep(0)

    if find_spec("gcsfs"):
        monkeypatch.setattr(
            import_module("gcsfs.retry"), "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": at_once})
        )
    if find_spec("adlfs"):
        policies = import_module("azure.storage.blob._shared.policies_async")
        monkeypatch.setattr(policies.AsyncStorageRetryPolicy, "sleep", at_once)


def entry(store: Store, more: str = "") -> str:
    """The feed as an operator writes it."""
    feed = STORE_FEED.format(url=store.url).replace('["**/*.csv", "*.zip"]', '["*/*.csv"]')
    return f'{feed}credentials = "drop.toml"\nextract_date = "folder"\noptions = {store.options}\n{more}'


def desk_of(store: Store, root: Path) -> Desk:
    desk = Desk(House(root), entry(store), secrets={"drop.toml": store.secrets.encode()})
    desk.clock.time = datetime.now(UTC) + timedelta(seconds=5)
    return desk


@pytest.fixture
def desk(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A deployment that fetches from it."""
    declare_sources(monkeypatch)
    return desk_of(store, tmp_path)


def test_files_in_folders_are_found_and_nothing_is_touched(desk: Desk, store: Store) -> None:
    store.put(PERSON, csv(1, 2))
    store.put("2026-03-29/Person.csv", csv(1))
    store.put("2026-03-29/below/Other.csv", csv(3))
    store.put("2026-03-29/notes.txt", b"not asked for")
    before = store.paths()
    assert desk.lacks() == ""
    assert desk.delivered() == {"2026-03-29/Person.csv": csv(1), PERSON: csv(1, 2)}
    assert desk.fetch()[0].files == 0 and store.paths() == before and not desk.half()


def test_what_only_begins_like_a_folder_is_another(desk: Desk, store: Store) -> None:
    store.put("north/2026-03-30/Person.csv", csv(1))
    store.put("northwest/2026-03-29/Person.csv", csv(2))
    store.put("northwest/Person.csv", csv(2))
    desk.say(entry(store).replace(f'{store.url}"', f'{store.url}/north"'))
    assert desk.lacks() == "" and desk.delivered() == {PERSON: csv(1)}
    assert desk.arrivals() == ["delivered"]


def test_a_folder_with_nothing_in_it(desk: Desk) -> None:
    (found,) = desk.fetch()
    assert (found.files, found.lacks) == (0, "")


def test_what_only_stands_for_a_folder_is_no_file(desk: Desk, store: Store) -> None:
    if store.has_folders:
        pytest.skip("a file system has folders")
    store.files.pipe_file(f"{store.bucket}/drop/{DAY}/", b"")
    store.put(PERSON, csv(1))
    desk.say(entry(store).replace('["*/*.csv"]', '["**"]'))
    assert desk.lacks() == "" and desk.delivered() == {PERSON: csv(1)}


def test_stable_is_by_the_clock_of_the_store(desk: Desk, store: Store) -> None:
    desk.say(entry(store).replace("stable_minutes = 0", "stable_minutes = 10"))
    store.put(PERSON, csv(1))
    if not store.has_folders:  # times of files are set back, those of objects cannot be
        assert desk.fetch()[0].files == 0
    desk.clock.time = datetime.now(UTC) + timedelta(minutes=11)
    assert desk.fetch()[0].files == 1


def test_a_marker_says_that_a_file_is_whole(desk: Desk, store: Store) -> None:
    desk.say(entry(store, 'complete_when = "marker"\n'))
    store.put(PERSON, csv(1))
    assert desk.fetch()[0].files == 0
    store.put(f"{PERSON}.done", b"")
    assert desk.fetch()[0].files == 1 and desk.delivered() == {PERSON: csv(1)}


def test_a_manifest_says_what_belongs_together(desk: Desk, store: Store) -> None:
    desk.say(entry(store, 'complete_when = "manifest"\n'))
    named = {f"Person_{at}.csv": csv(at) for at in (1, 2)}
    listed = [{"name": name, "sha256": hashlib.sha256(text).hexdigest()} for name, text in named.items()]
    store.put(f"{DAY}/manifest.json", json.dumps({"files": listed}).encode())
    store.put(f"{DAY}/Person_1.csv", named["Person_1.csv"])
    assert desk.fetch()[0].files == 0
    store.put(f"{DAY}/Person_2.csv", csv(3))
    assert "its content is not the one that the manifest names, 3 times" in desk.lacks()
    store.put(f"{DAY}/Person_2.csv", named["Person_2.csv"])
    assert desk.lacks() == ""
    assert {path for path in desk.delivered() if path.endswith(".csv")} == {f"{DAY}/{name}" for name in named}


def test_the_content_decides_what_is_new(desk: Desk, store: Store) -> None:
    store.put(PERSON, csv(1))
    assert desk.fetch()[0].files == 1
    store.put(PERSON, csv(1))
    assert desk.fetch()[0].files == 0 and sorted(desk.arrivals()) == ["delivered", "unchanged"]
    store.put(PERSON, csv(2))
    assert "its name and day hold another content that is not landed yet" in desk.lacks()
    desk.land()
    assert desk.lacks() == "" and desk.delivered() == {PERSON: csv(2)}


def test_killed_while_it_copies_it_goes_on(desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "FLUSHED_EVERY", 1000)
    monkeypatch.setattr(copying, "_PIECE", 500)
    large = csv(*range(1, 200))
    store.put(PERSON, large)
    assert killed(desk, 10)
    (row,) = desk.house.ledger.query("select safe_size from fetched_file")
    assert 0 < row["safe_size"] < len(large) and len(desk.half()) == 1
    kept, go_on = [], copying._go_on
    monkeypatch.setattr(copying, "_go_on", lambda *given: kept.append(go_on(*given)) or kept[-1])
    assert desk.lacks() == "" and kept == [row["safe_size"]]
    assert desk.delivered() == {PERSON: large} and not desk.half()


def test_what_is_safe_here_is_moved_over_nothing_that_is_there(desk: Desk, store: Store) -> None:
    desk.say(entry(store, 'move_to = "taken"\n'))
    store.put(PERSON, csv(1))
    assert desk.lacks() == "" and store.paths() == [f"taken/{PERSON}"]
    desk.land()
    store.put(PERSON, csv(2))
    assert desk.lacks() == "" and desk.delivered()[PERSON] == csv(2)
    first, second = store.paths()
    assert first == f"taken/{PERSON}" and second.startswith(f"taken/{PERSON}.")
    assert desk.fetch()[0].files == 0


def test_a_folder_s_name_is_no_glob_when_a_file_is_moved(desk: Desk, store: Store) -> None:
    """Of a file system in fsspec's own way `[12]` would be two other folders."""
    desk.say(entry(store, 'move_to = "taken"\n').replace('extract_date = "folder"', 'extract_date = "name"'))
    store.put("north[12]/Person_2026-03-30.csv", csv(1))
    store.put("north1/notes.txt", b"another's")
    assert desk.lacks() == ""
    assert store.paths() == ["north1/notes.txt", "taken/north[12]/Person_2026-03-30.csv"]


def test_wrong_credentials_are_a_matter_of_set_up_and_in_no_message(
    desk: Desk, store: Store, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    store.put(PERSON, csv(1))
    desk.secrets["drop.toml"] = store.wrong.encode()
    with pytest.raises(SetupError, match="the store does not let us in: ") as refused:
        desk.fetch()
    said = "".join([str(refused.value), caplog.text, *capfd.readouterr()])
    secret = store.wrong.partition("'''")[2].splitlines()[1] if store.protocol == "gs" else WRONG
    assert secret not in said and desk.delivered() == {}
    desk.secrets["drop.toml"] = store.secrets.encode()
    assert desk.lacks() == "" and desk.delivered() == {PERSON: csv(1)}


def test_neither_paths_nor_secrets_are_logged(
    desk: Desk, store: Store, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.say(entry(store, 'move_to = "taken"\n'))
    store.put(f"{DAY}/Zyxpatient.csv", csv(1))
    store.put(f"{DAY}/Zyxpatient$.csv", csv(1))
    caplog.clear()
    capfd.readouterr()
    said = desk.lacks()
    assert "1 file left: its name is not in form" in said
    said = "".join([said, caplog.text, *capfd.readouterr()])
    assert [word for word in ("Zyxpatient", "Zyxmarker", "Zyxtoken", "PRIVATE KEY") if word in said] == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_is_gone_is_asked_again_and_stops_no_other(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    declare_sources(monkeypatch)
    caplog.set_level(logging.DEBUG)
    (tmp_path / "server").mkdir()
    with serving(protocol, tmp_path / "server") as store:
        desk = desk_of(store, tmp_path)
        store.put(f"{DAY}/Zyxpatient.csv", csv(1))
        caplog.clear()
        store.stop()
        with pytest.raises(NoAnswerError, match=r", 4 times; it goes on at") as refused:
            desk.fetch()
        assert desk.clock.waited == [2, 4, 8]
        assert "Zyxpatient" not in "".join([str(refused.value), caplog.text, *capfd.readouterr()])
        if store.has_folders:
            store.start()
            assert desk.lacks() == "" and desk.delivered() == {f"{DAY}/Zyxpatient.csv": csv(1)}


def _share(store: Store, name: str, password: str) -> SimpleNamespace:
    """Another account of a share."""
    url = store.url.replace("us@", f"{name}@")
    return SimpleNamespace(url=url, options=store.options, secrets=f'password = "{password}"\n')


def _smb_only(store: Store) -> None:
    if store.protocol != "smb":
        pytest.skip("of shares")


def test_two_feeds_of_one_share_do_not_read_as_one_account(desk: Desk, store: Store, tmp_path: Path) -> None:
    """fsspec's own would: it keeps one pool of connections, and takes the first account's for every other."""
    _smb_only(store)
    store.put(PERSON, csv(1))
    other: Any = _share(store, "them", WRONG)
    text = entry(other).replace('"drop"', '"second"').replace("drop.toml", "second.toml")
    desk.secrets["second.toml"] = other.secrets.encode()
    desk.say(entry(store) + text)
    assert [one.files for one in desk.fetch(name="drop")] == [1]
    with pytest.raises(SetupError, match="does not let us in: LogonFailure"):
        desk.fetch(name="second")


def test_a_share_that_does_not_encrypt_is_refused(desk: Desk, store: Store) -> None:
    """In production it has to; here it is asked to."""
    _smb_only(store)
    desk.say(entry(store).replace("{timeout", "{encrypt = true, timeout"))
    with pytest.raises(SetupError, match="it does not encrypt; valid: a server with SMB 3 encryption"):
        desk.fetch()


def test_a_bucket_that_is_not_there_is_empty_and_a_folder_that_is_not_there_is_set_up(
    desk: Desk, store: Store
) -> None:
    desk.say(entry(store).replace(f'{store.url}"', f'{store.url}/nothing"'))
    if store.has_folders:
        with pytest.raises(SetupError, match="there is nothing at its url"):
            desk.fetch()
    else:
        assert desk.lacks() == ""
