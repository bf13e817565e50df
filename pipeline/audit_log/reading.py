"""Reading the log: entries by act, actor and time."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.audit_log.acts import ACTS
from pipeline.audit_log.entry import Entry, parse
from pipeline.audit_log.files import log_files
from pipeline.errors import UsageError, one_of
from pipeline.settings import Settings


def entries(
    settings: Settings, *, act: str | None = None, actor: str | None = None, since: str | None = None
) -> Iterator[Entry]:
    """Entries in order, those of one act, one actor, or at or after ``since`` (ISO, UTC) only.

    A line that is no entry is left out: ``wsic audit verify`` finds it. Raises :class:`UsageError` for an
    act that is not declared.
    """
    if act is not None and act not in ACTS:
        raise UsageError(one_of("act", act, ACTS))
    path = log_files(settings).log
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            entry = parse(line)
            if (
                entry is not None
                and act in (None, entry.act)
                and actor in (None, entry.actor)
                and (since is None or entry.at >= since)
            ):
                yield entry
