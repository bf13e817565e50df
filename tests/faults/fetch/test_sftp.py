"""SFTP, where the operator has added its package: a real server on loopback, known and unknown."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SetupError
from tests.fetch_desk import STORE_FEED, Desk, csv
from tests.landing_house import House, declare_sources

paramiko = pytest.importorskip("paramiko", reason="paramiko is the operator's choice")


CREDENTIALS = 'credentials = "drop.toml"\n'


@dataclass
class Server:
    """A server of one folder that takes one password."""

    root: Path
    key: Any = field(default_factory=lambda: paramiko.RSAKey.generate(2048))
    open: list[Any] = field(default_factory=list)
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def known(self) -> str:
        """Its line in a file of known hosts."""
        return f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(self.key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _files(self.root))
        try:
            transport.start_server(server=_door())
            self.open.append((transport, transport.accept(60)))
        except (paramiko.SSHException, EOFError):
            transport.close()  # who came did not know this server


def _door() -> Any:
    class Door(paramiko.ServerInterface):  # type: ignore[misc, name-defined]
        def check_auth_password(self, username: str, password: str) -> int:
            right = (username, password) == ("us", "Zyxmarker")
            return int(paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED)

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return int(paramiko.OPEN_SUCCEEDED)

    return Door()


def _files(root: Path) -> type:
    def told(path: Path, *, follow: bool) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(path.stat() if follow else path.lstat(), path.name)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    class Handle(paramiko.SFTPHandle):  # type: ignore[misc, name-defined]
        def stat(self) -> Any:
            return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    class Files(paramiko.SFTPServerInterface):  # type: ignore[misc, name-defined]
        def _own(self, path: str) -> Path:
            return Path(f"{root}{self.canonicalize(path)}")

        def list_folder(self, path: str) -> Any:
            if not self._own(path).is_dir():
                return paramiko.SFTP_NO_SUCH_FILE
            return [told(one, follow=False) for one in self._own(path).iterdir()]

        def stat(self, path: str) -> Any:
            return told(self._own(path), follow=True)

        def lstat(self, path: str) -> Any:
            return told(self._own(path), follow=False)

        def open(self, path: str, flags: int, attr: Any) -> Any:
            handle = Handle(flags)
            handle.readfile = self._own(path).open("rb")
            return handle

    return Files


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """With one file, and a link to another."""
    folder = tmp_path / "remote" / "drop" / "2026-03-30"
    folder.mkdir(parents=True)
    (folder / "Person.csv").write_bytes(csv(*range(1, 3000)))
    (folder / "Person_2.csv").symlink_to("/etc/hostname")
    server = Server(tmp_path / "remote")
    threading.Thread(target=server.serve, daemon=True).start()
    yield server
    server.listening.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> Desk:
    declare_sources(monkeypatch)
    text = STORE_FEED.format(url=f"sftp://us@127.0.0.1:{server.port}/drop")
    more = f'extract_date = "folder"\noptions = {{known_hosts = "{tmp_path}/known"}}\n'
    return Desk(House(tmp_path), text + CREDENTIALS + more, secrets={"drop.toml": b'password = "Zyxmarker"'})


def test_a_known_server_is_fetched_from_and_links_are_not_followed(
    desk: Desk, server: Server, tmp_path: Path
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


def test_a_wrong_password_is_a_matter_of_set_up(desk: Desk, server: Server, tmp_path: Path) -> None:
    (tmp_path / "known").write_text(server.known())
    desk.secrets["drop.toml"] = b'password = "wrong-words"'
    with pytest.raises(SetupError, match="does not let us in: AuthenticationException") as refused:
        desk.fetch()
    assert "wrong-words" not in str(refused.value)
