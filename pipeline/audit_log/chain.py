"""Walking the chain: each entry follows the one before it, and the first that does not is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.audit_log.entry import Entry, is_sound, parse


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold; ``number`` is the first entry that is known to be wrong, where one is.

    With ``until`` it is only known that one of the entries from ``number`` to there is wrong.
    """

    number: int | None
    what: str
    until: int | None = None


@dataclass(slots=True)
class Walk:
    """Sound entries in order, from number ``first``; ``broken`` says where and how the chain ends early."""

    first: int
    previous: str
    entries: list[Entry] = field(default_factory=list)
    broken: Finding | None = None

    @property
    def last(self) -> int:
        """Number of the last sound entry; one less than ``first`` where there is none."""
        return self.first + len(self.entries) - 1

    def hash_of(self, number: int) -> str | None:
        """Hash of a sound entry."""
        entry = self.entry(number)
        return entry.hash if entry else None

    def entry(self, number: int) -> Entry | None:
        """A sound entry by its number."""
        return self.entries[number - self.first] if self.first <= number <= self.last else None


def walk(lines: Iterable[bytes], *, first: int, previous: str) -> Walk:
    """Follow the chain from entry ``first``, which follows the hash ``previous``, to its first break."""
    done = Walk(first, previous)
    for line in lines:
        entry = parse(line)
        done.broken = _break(entry, done.last + 1, done.previous)
        if done.broken or entry is None:
            return done
        done.entries.append(entry)
        done.previous = entry.hash
    return done


def _break(entry: Entry | None, expected: int, previous: str) -> Finding | None:
    if entry is None:
        return Finding(expected, "is not an entry in canonical form: changed or inserted")
    if not is_sound(entry):
        return Finding(expected, "its content is not what was hashed: changed")
    if entry.number < expected:
        return Finding(expected, f"entry {entry.number} stands in its place: duplicated or reordered")
    if entry.number > expected:
        return Finding(expected, f"entry {entry.number} stands in its place: removed or reordered")
    if entry.previous != previous:
        return Finding(expected, "does not follow the entry before it: one of the two was replaced")
    return None
