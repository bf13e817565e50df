"""The audit log: whether it verifies, where it ends, and what was done since the release before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.audit_log import Checkpoint, Entry, Verification, last_checkpoint, meaning_of
from pipeline.ig_report.attention import ACT, LOOK, Attention
from pipeline.ig_report.release import Release, Rows

SECTION = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChain:
    """``verification`` is ``None`` where it could not be tried, and ``why_not`` says why."""

    verification: Verification | None
    why_not: str
    checkpoint: Checkpoint | None
    acts: Rows

    @property
    def is_intact(self) -> bool:
        """Whether the log was verified and holds; everything else counts as that it does not."""
        return self.verification is not None and self.verification.is_intact and self.verification.entries > 0

    @property
    def fault(self) -> str:
        """What is wrong with the log, in a sentence; empty where it holds."""
        if self.verification is None:
            return f"The audit log could not be verified: {self.why_not}"
        if self.verification.findings:
            first = self.verification.findings[0]
            where = f"entry {first.number}: " if first.number else ""
            return f"The audit log does not verify: {where}{first.what}"
        return "" if self.verification.entries else "There is no audit log: nothing that was done is proved."

    def attention(self) -> Iterator[Attention]:
        """A log that does not hold, and what it is to be looked at for."""
        if self.fault:
            yield Attention(ACT, SECTION, self.fault)
        for notice in self.verification.notices if self.verification else ():
            yield Attention(LOOK, SECTION, f"Audit log: {notice}.")


def read(
    release: Release, verification: Verification | None, why_not: str, entries: Sequence[Entry]
) -> AuditChain:
    """``verification`` is that of ``wsic audit verify``."""
    found = Counter(entry.act for entry in entries if release.is_within(entry.at))
    acts = [
        {"act": act, "meaning": meaning_of(act), "entries": count} for act, count in sorted(found.items())
    ]
    return AuditChain(
        verification=verification, why_not=why_not, checkpoint=last_checkpoint(release.settings), acts=acts
    )
