"""A deployment with an audit log to be tampered with: settings, a log of some length, the forger's tools."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import audit_log
from pipeline.audit_log import entry as entries
from pipeline.audit_log.files import log_files
from pipeline.settings import Settings

ORGANISATION = "E84001"


def settings_in(folder: Path) -> Settings:
    return Settings(home=folder / "home", threads=1, memory_limit="1GB")


def fill(settings: Settings, count: int) -> None:
    """Append entries that differ from each other."""
    for number in range(count):
        told = {"reply_on": "2026-03-31", "numbers": number}
        audit_log.append(settings, act="opt_out_applied", actor="A. Clerk", details=told)


def lines(settings: Settings) -> list[bytes]:
    return log_files(settings).log.read_bytes().splitlines(keepends=True)


def write_lines(settings: Settings, changed: list[bytes]) -> None:
    log_files(settings).log.write_bytes(b"".join(changed))


def change(line: bytes, **said: Any) -> bytes:
    """The line with other fields, its hash left as it was."""
    return entries.canonical(json.loads(line) | said) + b"\n"


def forge(line: bytes, **said: Any) -> bytes:
    """The line with other fields and the hash that belongs to them."""
    raw = json.loads(line) | said
    raw.pop("hash")
    return entries.make(**raw).line()


def recompute(changed: list[bytes]) -> list[bytes]:
    """A chain that holds in itself: numbers, hashes and links computed anew, as anybody can without a key."""
    done: list[bytes] = []
    previous = entries.GENESIS
    for number, line in enumerate(changed, start=1):
        done.append(forge(line, number=number, previous=previous))
        previous = json.loads(done[-1])["hash"]
    return done


Tamper = Callable[[list[bytes]], list[bytes]]
