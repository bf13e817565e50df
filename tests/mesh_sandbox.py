"""NHS England's MESH sandbox on loopback, from an environment of its own (``make mesh-sandbox``)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SANDBOX = Path(os.environ.get("MESH_SANDBOX_PYTHON", ".venv/mesh/bin/python"))
SECRETS = {"WSIC_MESH_PASSWORD": "password", "WSIC_MESH_SHARED_KEY": "TestKey"}


@contextmanager
def mesh_sandbox(store: Path) -> Iterator[str]:
    """Its address; it keeps its messages in ``store``. Skips the test where it is not installed."""
    pytest.importorskip("mesh_client")
    if not SANDBOX.exists():
        pytest.skip("no MESH sandbox: make mesh-sandbox, or MESH_SANDBOX_PYTHON")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {"SHARED_KEY": SECRETS["WSIC_MESH_SHARED_KEY"], "AUTH_MODE": "full", "STORE_MODE": "file",
               "FILE_STORE_DIR": str(store), "MAILBOXES_DATA_DIR": str(store), "PATH": os.defpath,
               "ENV": "local"}  # fmt: skip
    served = ["-m", "uvicorn", "mesh_sandbox.api:app", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [str(SANDBOX.absolute()), *served], env=environ, cwd=store, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{url}/health", timeout=1)  # noqa: S310
                break
            except OSError:
                time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def report_undelivered(url: str, **told: str) -> None:
    """Have the sandbox put a report into a mailbox, as MESH does where a message is not collected."""
    request = urllib.request.Request(  # noqa: S310
        f"{url}/messageexchange/admin/report", data=json.dumps(told).encode(),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
