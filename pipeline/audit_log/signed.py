"""The checkpoints against the chain: whose signature, which log, which entry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pipeline.audit_log import signing
from pipeline.audit_log.chain import Finding, Walk
from pipeline.audit_log.entry import GENESIS
from pipeline.audit_log.signers import Signers
from pipeline.audit_log.signing import Checkpoint


@dataclass(frozen=True, slots=True)
class Signed:
    """The checkpoints that hold, in order, up to the first that does not."""

    points: tuple[Checkpoint, ...]
    findings: tuple[Finding, ...]
    listed: frozenset[int]  # numbers of the entries that any checkpoint in the file is of

    @property
    def last(self) -> int:
        """Number of the last entry that a signature covers."""
        return self.points[-1].number if self.points else 0


def check_signed(lines: bytes, signers: Signers, chain: Walk, content: bytes, log_id: str) -> Signed:
    """Follow the checkpoints; the first one that does not hold ends it, and is the finding."""
    held: list[Checkpoint] = []
    previous = GENESIS
    parsed = (signing.parse(line) for line in lines.splitlines(keepends=True))
    listed = frozenset(point.number for point in parsed if point is not None)
    for line in lines.splitlines(keepends=True):
        point = signing.parse(line)
        found = _fault(point, signers, previous, held, log_id) or _differs(point, chain, content, held)
        if found or point is None:
            return Signed(tuple(held), (found,) if found else (), listed)
        held.append(point)
        previous = hashlib.sha256(line).hexdigest()
    return Signed(tuple(held), tuple(_missing(held, chain)), listed)


def _fault(
    point: Checkpoint | None, signers: Signers, previous: str, held: list[Checkpoint], log_id: str
) -> Finding | None:
    which = f"checkpoint {len(held) + 1}"
    if point is None:
        return Finding(None, f"{which} is not one in canonical form")
    if not signers.signed(point):
        return Finding(None, f"{which} is not signed with this deployment's key")
    if point.log_id != log_id:
        return Finding(None, f"{which} is of another log: taken from another deployment or an earlier log")
    if point.previous != previous or (held and point.number <= held[-1].number):
        return Finding(None, f"{which} does not follow the one before it: removed, inserted or reordered")
    return None


def _differs(point: Checkpoint | None, chain: Walk, content: bytes, held: list[Checkpoint]) -> Finding | None:
    """Whether the log up to the checkpoint is another one than was signed; names the earliest it can be."""
    if point is None or (chain.broken and point.number > chain.last):
        return None  # the break itself is a finding
    if point.number > chain.last:
        return Finding(chain.last + 1, f"signed up to entry {point.number}: the log was cut")
    is_same = hashlib.sha256(content[: point.size]).hexdigest() == point.sha256
    if chain.hash_of(point.number) != point.hash or not is_same:
        since = held[-1].number + 1 if held else 1
        what = f"entries from here to {point.number} are not those that were signed"
        return Finding(since, what, until=point.number)
    return None


def _missing(held: list[Checkpoint], chain: Walk) -> list[Finding]:
    """Checkpoints that must be there: one at the opening, and one in every :data:`signing.EVERY` entries."""
    last = held[-1].number if held else 0
    if (chain.last > 1 and not held) or chain.last - last > 2 * signing.EVERY:
        return [Finding(last + 1, "entries from here on should have been signed: a checkpoint was removed")]
    return []
