"""SFTP, where the operator has added its package: a real server on loopback, known and unknown."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SetupError
from tests.fetch_desk import STORE_FEED, Desk, csv
from tests.landing_house import House, declare_sources

pytest.importorskip("paramiko", reason="paramiko is the operator's choice: make stores")
CREDENTIALS = 'credentials = "drop.toml"\n'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    """With one file, and a link to another."""
    folder = tmp_path / "remote" / "drop" / "2026-03-30"
    folder.mkdir(parents=True)
    (folder / "Person.csv").write_bytes(csv(*range(1, 3000)))
    (folder / "Person_2.csv").symlink_to("/etc/hostname")
    server = import_module("tests.store_servers.sftp_folder").Server(tmp_path / "remote")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Any) -> Desk:
    declare_sources(monkeypatch)
    text = STORE_FEED.format(url=f"sftp://us@127.0.0.1:{server.port}/drop")
    more = f'extract_date = "folder"\noptions = {{known_hosts = "{tmp_path}/known"}}\n'
    return Desk(House(tmp_path), text + CREDENTIALS + more, secrets={"drop.toml": b'password = "Zyxmarker"'})


def test_a_known_server_is_fetched_from_and_links_are_not_followed(
    desk: Desk, server: Any, tmp_path: Path
) -> None:
    (tmp_path / "known").write_text(server.known())
    assert desk.lacks() == "1 file left: it is a link; valid: the file itself"
    assert desk.delivered() == {"2026-03-30/Person.csv": csv(*range(1, 3000))}
    assert desk.fetch()[0].files == 0


@pytest.mark.parametrize("known", ["", "[127.0.0.1]:1 ssh-rsa AAAA\n"])
def test_a_server_that_is_not_known_gets_no_password(desk: Desk, tmp_path: Path, known: str) -> None:
    (tmp_path / "known").write_text(known)
    with pytest.raises(SetupError, match="the key of the server is not among the known hosts"):
        desk.fetch()


def test_a_wrong_password_is_a_matter_of_set_up(desk: Desk, server: Any, tmp_path: Path) -> None:
    (tmp_path / "known").write_text(server.known())
    desk.secrets["drop.toml"] = b'password = "wrong-words"'
    with pytest.raises(SetupError, match="does not let us in: AuthenticationException") as refused:
        desk.fetch()
    assert "wrong-words" not in str(refused.value)
