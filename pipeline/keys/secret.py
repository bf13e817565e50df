"""Bytes that never show themselves: not in a traceback with values, a log line or an f-string."""

from __future__ import annotations

from typing import Never


class Secret(bytes):
    """A key or root; computes as bytes do, and shows only its length. Cannot be pickled."""

    def __repr__(self) -> str:
        return f"<secret of {len(self)} bytes>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("a secret is not handed to another process or a file")
