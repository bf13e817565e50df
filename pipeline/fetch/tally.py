"""What came of each feed of one fetch, counted: files taken, and how many were left for which reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pipeline.fetch.place import Fetched


@dataclass(slots=True)
class Tally:
    """Of one feed, or (without a feed) of what none takes."""

    name: str
    feed: str
    transport: str
    what: str  # "message" or "file"
    files: int = 0
    size: int = 0
    reports: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    def took(self, size: int) -> None:
        """One is safely here."""
        self.files += 1
        self.size += size

    def leave(self, reason: str) -> None:
        """One stays where it is."""
        self.left[reason] += 1

    def fetched(self) -> Fetched:
        """The outcome; reasons in their order of appearance."""
        told = [
            f"{count} {self.what}{'s' * (count > 1)} left: {reason}" for reason, count in self.left.items()
        ]
        told += [
            f"{count} of ours could not be delivered by MESH: {reason}"
            for reason, count in self.reports.items()
        ]
        return Fetched(
            name=self.name, feed=self.feed, transport=self.transport, files=self.files, size=self.size,
            left=self.left.total(), reports=self.reports.total(), lacks="; ".join(told),
        )  # fmt: skip
