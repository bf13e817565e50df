"""A server as a process of its own on loopback, from the environment that ``make store-servers`` makes."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

SERVERS = Path(os.environ.get("STORE_SERVERS", ".venv/store-servers")).absolute()
PYTHON = str(SERVERS / "bin" / "python")
MISSING = "no servers of stores: make store-servers, or STORE_SERVERS"


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """Started by the command, and ended with the test, or before."""

    def __init__(self, command: list[str], port: int, cwd: Path, **environ: str) -> None:
        if not Path(SERVERS).exists():
            pytest.skip(MISSING)
        self._command, self._port, self._cwd = command, port, cwd
        self._environ = {"PATH": os.environ["PATH"], "HOME": str(cwd), **environ}
        self.start()

    def start(self) -> None:
        """Until it answers."""
        self._running = subprocess.Popen(
            self._command,
            env=self._environ,
            cwd=self._cwd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(240):
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                assert self._running.poll() is None, "the server ended while it started"
                time.sleep(0.25)
        raise AssertionError("the server does not answer")

    def stop(self) -> None:
        """At once, as a machine that fails does."""
        self._running.kill()
        self._running.wait(20)
