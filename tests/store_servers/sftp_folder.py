"""An SFTP server of one folder that takes one password; only to be imported where paramiko is installed."""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.store_servers.process import free_port

paramiko: Any = import_module("paramiko")


@dataclass
class Server:
    """Started and stopped as often as wanted, at one port and with one key."""

    root: Path
    key: Any = field(default_factory=lambda: paramiko.RSAKey.generate(2048))
    port: int = field(default_factory=free_port)
    open: list[Any] = field(default_factory=list)
    listening: socket.socket | None = None

    def known(self) -> str:
        """Its line in a file of known hosts."""
        return f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"

    def start(self) -> None:
        """Answer from now on."""
        self.listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, args=(self.listening,), daemon=True).start()

    def stop(self) -> None:
        """Break every connection, and take none."""
        if self.listening is not None:
            self.listening.shutdown(socket.SHUT_RDWR)
            self.listening.close()
            self.listening = None
        for transport in self.open:
            transport.close()
        self.open.clear()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        self.open.append(transport)
        transport.add_server_key(self.key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _files(self.root))
        try:
            transport.start_server(server=_door())
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


def _told(path: Path, *, follow: bool) -> Any:
    try:
        return paramiko.SFTPAttributes.from_stat(path.stat() if follow else path.lstat(), path.name)
    except OSError as error:
        return paramiko.SFTPServer.convert_errno(error.errno)


def _files(root: Path) -> type:
    class Handle(paramiko.SFTPHandle):  # type: ignore[misc, name-defined]
        def stat(self) -> Any:
            return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    class Files(paramiko.SFTPServerInterface):  # type: ignore[misc, name-defined]
        def _own(self, path: str) -> Path:
            return Path(f"{root}{self.canonicalize(path)}")

        def list_folder(self, path: str) -> Any:
            if not self._own(path).is_dir():
                return paramiko.SFTP_NO_SUCH_FILE
            return [_told(one, follow=False) for one in self._own(path).iterdir()]

        def stat(self, path: str) -> Any:
            return _told(self._own(path), follow=True)

        def lstat(self, path: str) -> Any:
            return _told(self._own(path), follow=False)

        def mkdir(self, path: str, attr: Any) -> int:
            self._own(path).mkdir()
            return int(paramiko.SFTP_OK)

        def posix_rename(self, oldpath: str, newpath: str) -> int:
            self._own(oldpath).rename(self._own(newpath))
            return int(paramiko.SFTP_OK)

        def open(self, path: str, flags: int, attr: Any) -> Any:
            handle = Handle(flags)
            handle.readfile = self._own(path).open("rb")
            return handle

    return Files
