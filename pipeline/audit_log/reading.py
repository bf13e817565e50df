"""Reading the log: entries by act, actor and time, and where it was signed last."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.audit_log import signing
from pipeline.audit_log.acts import ACTS
from pipeline.audit_log.entry import LONGEST, Entry, parse
from pipeline.audit_log.files import last_line, log_files
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


def last_checkpoint(settings: Settings) -> signing.Checkpoint | None:
    """The last checkpoint as it lies in its file; whether it is signed, only ``wsic audit verify`` says."""
    line, _ = last_line(log_files(settings).checkpoints, LONGEST)
    return signing.parse(line) if line else None
