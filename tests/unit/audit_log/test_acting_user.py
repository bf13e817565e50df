"""Who called is asked of the system, never of what the environment says of an account without rights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline import audit_log
from pipeline.audit_log import acting_user


@pytest.mark.parametrize(
    ("login", "real", "sudo", "expected"),
    [
        ("4294967295", 1000, None, 1000),
        ("4294967295", 1000, "1001", 1000),
        ("4294967295", 0, "1001", 1001),
        ("4294967295", 0, "root", 0),
        ("1002", 1000, "1001", 1002),
        ("1002", 0, "1001", 1002),
        (None, 1000, "1001", 1000),
    ],
)
def test_the_caller_is_who_logged_in_and_sudo_is_believed_of_root_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, login: str | None, real: int, sudo: str | None,
    expected: int,
) -> None:  # fmt: skip
    held = tmp_path / "loginuid"
    if login is not None:
        held.write_text(login, encoding="ascii")
    monkeypatch.setattr(acting_user, "_LOGIN", held)
    monkeypatch.setattr(os, "getuid", lambda: real)
    monkeypatch.delenv("SUDO_UID", raising=False)
    if sudo is not None:
        monkeypatch.setenv("SUDO_UID", sudo)
    assert audit_log.caller_uid() == expected
