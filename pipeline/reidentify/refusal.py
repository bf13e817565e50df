"""A request that the rules refuse: nothing was given, and the log says so."""

from __future__ import annotations

from pipeline.errors import ChecksRefusedError


class RequestRefusedError(ChecksRefusedError):
    """A re-identification was refused by ``rule``: have the message's cause mended, then ask again."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(f"re-identification refused ({rule}): {message}")
        self.rule, self.said = rule, message
