"""A sender's machine for the stack to fetch from: the sandbox's FHIR server, and our key to it."""

from __future__ import annotations

import json
import os

from tests.compose.stack import DOCKER, Stack, run, wait_until

SOURCE, SENDER, SERVER = "acute", "R0X", "fhir-source"
PEOPLE = ("Quillfeather", "Ottoline", "1931-05-06")  # who are there, in words that nobody else has
SETTINGS = f"""\
[[server]]
name = "{SERVER}"
source = "{SOURCE}"
sender = "{SENDER}"
url = "https://{SERVER}:8443/fhir"
level = "system"
client_id = "wsic-load"
key = "{SERVER}.pem"
key_id = "sandbox"
ca = "/etc/wsic/authority.pem"
"""
OURS = 10001


def connect_sender(stack: Stack) -> None:
    """Start the server, and have the scheduler know it: its settings, its certificate, our key to it."""
    profile = ("--profile", SERVER)
    stack.compose(*profile, "up", "--detach", "--no-build", SERVER)
    wait_until("the sender's machine answers", lambda: stack.is_healthy(SERVER), seconds=300)
    config = stack.scratch / "config"
    for path, text in (
        (config / "authority.pem", _of_the_sandbox(stack, "/run/wsic/sandbox/authority.pem")),
        (config / "fhir-servers.toml", SETTINGS),
    ):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    secrets = stack.scratch / "senders" / "variables.json"
    secrets.write_text(json.dumps({f"wsic-{SERVER}.pem": credential(stack)}), encoding="utf-8")
    os.chown(secrets, OURS, OURS)
    secrets.chmod(0o400)
    connected = stack.container("scheduler")["NetworkSettings"]["Networks"]
    if f"{stack.name}_sandbox" not in connected:
        run(DOCKER, "network", "connect", f"{stack.name}_sandbox", stack.container("scheduler")["Id"])


def credential(stack: Stack) -> str:
    """Our private key at the sender's machine."""
    return _of_the_sandbox(stack, f"/srv/wsic/keys/{SERVER}.pem")


def _of_the_sandbox(stack: Stack, path: str) -> str:
    return stack.compose("--profile", SERVER, "run", "--rm", "--no-deps", "-T", "try-setup", "cat", path)
