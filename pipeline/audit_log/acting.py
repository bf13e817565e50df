"""An act with its entry before it, and another one behind it where the act failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipeline.audit_log.acts import Detail
from pipeline.audit_log.append import append
from pipeline.audit_log.entry import Entry
from pipeline.settings import Settings


@contextmanager
def acting(
    settings: Settings, *, act: str, actor: str | None = None, details: Mapping[str, Detail] | None = None
) -> Iterator[Entry]:
    """Write the entry, then do what stands in the block.

    An act that fails is followed by ``act_failed`` with the entry's number and the error's class; an act
    that a crash ended is followed by nothing. Raises as :func:`pipeline.audit_log.append.append` does.
    """
    entry = append(settings, act=act, actor=actor, details=details)
    try:
        yield entry
    except BaseException as error:
        kind = type(error).__name__
        append(settings, act="act_failed", actor=actor, details={"entry": entry.number, "error": kind})
        raise
