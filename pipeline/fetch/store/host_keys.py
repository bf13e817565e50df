"""Which SSH servers are spoken to: those whose key the operator has put into a file of known hosts.

fsspec's SFTP takes any key that it meets for the first time, and its ``reject`` reads no file of known hosts.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.fetch.store.faults import NotLetInError

_OWN = "~/.ssh/known_hosts"


def known_hosts_only(path: str = "") -> Any:
    """A policy of paramiko's that lets in no server but those of the file; empty: the account's own file."""
    try:
        paramiko: Any = import_module("paramiko")
    except ImportError:
        raise SetupError("sftp needs the package paramiko, which is not installed") from None
    file = Path(path or _OWN).expanduser()
    try:
        known = paramiko.HostKeys(str(file))
    except OSError:
        raise SetupError(
            f"known_hosts: {file.name} cannot be read; valid: a file that `ssh-keyscan` writes, and you have "
            "checked"
        ) from None

    def missing_host_key(policy: object, client: object, hostname: str, key: object) -> None:
        """Called for every server, as the client itself was given no file."""
        if not known.check(hostname, key):
            raise NotLetInError("the key of the server is not among the known hosts")

    return type("KnownHosts", (paramiko.MissingHostKeyPolicy,), {"missing_host_key": missing_host_key})()
