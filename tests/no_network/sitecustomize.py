"""Put on PYTHONPATH by tests: a program reaches this machine only, and leaves a line when it tries more."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

_LOG = "CONNECTIONS_TRIED"
_HERE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", None, "")  # noqa: S104 a name for this machine, not bound to
_connect, _look_up = socket.socket.connect, socket.getaddrinfo


def _refuse(where: object) -> None:
    with Path(os.environ[_LOG]).open("a", encoding="utf-8") as log:
        log.write(f"{where}\n")
    raise OSError("no network in tests")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and address[0] not in _HERE:
        _refuse(address[0])
    _connect(self, address)


def _guarded_look_up(host: Any, *arguments: Any, **named: Any) -> Any:
    if host not in _HERE and host != socket.gethostname():
        _refuse(host)
    return _look_up(host, *arguments, **named)


if _LOG in os.environ:
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign]
    socket.getaddrinfo = _guarded_look_up
