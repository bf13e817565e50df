"""Verifying the log: the chain, its signed checkpoints, and the copies of its head that lie elsewhere.

Each of these finds what the others cannot. The chain finds a changed, removed, inserted or moved entry.
The signatures find a chain that was computed anew by somebody without the key, and a log of another
deployment. The heads in the ledger find a log that was cut; the copy elsewhere, the receipts of published
versions and those that were handed out find it also where the ledger was cut with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.audit_log import heads
from pipeline.audit_log.chain import Finding, Walk, walk
from pipeline.audit_log.copy_elsewhere import compare, copy_of
from pipeline.audit_log.entry import GENESIS
from pipeline.audit_log.files import LogFiles, locked, log_files, read
from pipeline.audit_log.heads import Head
from pipeline.audit_log.published import check_handed_out, check_published
from pipeline.audit_log.signed import Signed, check_signed
from pipeline.audit_log.signers import Signers, signers_of
from pipeline.audit_log.signing import Checkpoint
from pipeline.keys import load_keys
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was verified and what does not hold; ``notices`` are to be looked at, and prove nothing."""

    log_id: str
    entries: int
    checkpoints: int
    head: str
    findings: tuple[Finding, ...]
    notices: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        """Whether the log is the one that was written, whole."""
        return not self.findings

    @property
    def first_bad(self) -> int | None:
        """Number of the first entry that is wrong, where one can be named."""
        known = [found.number for found in self.findings if found.number is not None and not found.until]
        spans = [(one.number, one.until) for one in self.findings if one.number is not None and one.until]
        vague = [low for low, high in spans if not any(low <= number <= high for number in known)]
        return min(known + vague, default=None)


def verify(settings: Settings, *, files_too: bool = False, handed_out: Sequence[Path] = ()) -> Verification:
    """Verify the whole log; with ``files_too`` also that published versions are the files that were logged.

    ``handed_out`` are receipts that were kept elsewhere: the log must still reach to each of them.

    Changes nothing. Raises :class:`SetupError` where keys, ledger or copy cannot be read.
    """
    files, copy = log_files(settings), copy_of(settings)
    with heads.opened(settings) as ledger, locked(files):
        signers = signers_of(load_keys(settings))
        content, torn = read(files.log)
        points, torn_point = read(files.checkpoints)
        known = heads.all_heads(ledger)
        publications = ledger.query("select run_id, product, at from publication where outcome = 'published'")
        compared = list(compare(copy, content, _own_id(content), files)) if copy else []
    chain = walk(content.splitlines(keepends=True), first=1, previous=GENESIS)
    log_id = _log_id(chain)
    signed = check_signed(points, signers, chain, content, log_id)
    own = [head for head in known if head.log_id == log_id]
    findings = [
        *([chain.broken] if chain.broken else []),
        *_key_file(files, signers, signed.points[-1:], is_needed=bool(content)),
        *signed.findings,
        *signers.handovers(chain, log_id),
        *_heads(chain, known, log_id),
        *_unknown_tail(chain, own, signed),
        *(one for one in compared if isinstance(one, Finding)),
        *check_handed_out(handed_out, chain, signers, known),
        *check_published(settings, chain, signers, known, publications, files_too=files_too),
    ]
    return Verification(
        log_id=log_id, entries=len(chain.entries), checkpoints=len(signed.points), head=chain.previous,
        findings=tuple(sorted(findings, key=lambda found: (found.number is None, found.number or 0))),
        notices=(
            *_notices(torn, torn_point, own, files),
            *(one for one in compared if isinstance(one, str)),
        ),
    )  # fmt: skip


def _log_id(chain: Walk) -> str:
    first = chain.entry(1)
    return str(first.details.get("log_id", "")) if first and first.act == "log_opened" else ""


def _own_id(content: bytes) -> str:
    return _log_id(walk(content.splitlines(keepends=True)[:1], first=1, previous=GENESIS))


def _key_file(
    files: LogFiles, signers: Signers, last: tuple[Checkpoint, ...], *, is_needed: bool
) -> Iterator[Finding]:
    if not is_needed and not files.public_key.exists():
        return
    held = files.public_key.read_bytes() if files.public_key.exists() else b""
    if held not in signers.pems(last[0] if last else None):
        yield Finding(None, "the public key beside the log is not that of this deployment's signing key")


def _heads(chain: Walk, known: list[Head], log_id: str) -> Iterator[Finding]:
    """The first entry that is not what the ledger noted, or the first that is missing at the end."""
    if known and not log_id:
        yield Finding(1, "the ledger knows a log, and there is none, or it does not begin with its opening")
        return
    if known and known[-1].log_id != log_id:
        yield Finding(1, "the ledger knows another log: this one was put in its place")
        return
    own = [head for head in known if head.log_id == log_id]
    wrong = (head for head in own if (chain.hash_of(head.number) or head.hash) != head.hash)
    if first := next(wrong, None):
        yield Finding(first.number, "is not the entry that the ledger noted: changed, or written anew")
    if own and chain.broken is None and own[-1].number > chain.last:
        yield Finding(chain.last + 1, f"entries up to {own[-1].number} are missing: the log was cut")


def _unknown_tail(chain: Walk, own: list[Head], signed: Signed) -> Iterator[Finding]:
    """A crash leaves one entry that neither a signature nor the ledger knows; more were put there."""
    vouched = max([signed.last, *(head.number for head in own)], default=0)
    if chain.last > vouched + 1:
        yield Finding(vouched + 1, "neither signed nor known to the ledger: inserted at the end")
    for head in own:
        if head.is_sealed and head.number not in signed.listed:
            yield Finding(head.number, "had a signed checkpoint, which is gone")
            return


def _notices(torn: bytes, torn_point: bytes, own: list[Head], files: LogFiles) -> Iterator[str]:
    if torn or torn_point:
        yield "a crash left half a line at the end; the next entry keeps it aside in audit/torn"
    kept = len(list(files.torn.glob("*.part"))) if files.torn.is_dir() else 0
    if kept:
        yield f"half lines kept aside in audit/torn: {kept}"
    closed = len(list(files.closed.iterdir())) if files.closed.is_dir() else 0
    if closed:
        yield f"logs that did not verify and were put away in audit/closed: {closed}"
    late = [str(head.number) for head in own if head.is_late]
    if late:
        yield f"entries noted in the ledger only after a crash, or added by another hand: {', '.join(late)}"
