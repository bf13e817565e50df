"""Who sent what, and on which legal bases it is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.register import law
from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN, Attention
from pipeline.ig_report.release import Release, Rows

SECTION = "sources"
_FEEDS = """
    select source, sender, feed, outcome, last_extract_on, is_late, files, rows_in, message
    from feed where run_id = :run_id order by source, sender, feed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """``feeds``: a row a sender and feed; ``standing``: a row a source; ``bases``: what they stand on."""

    feeds: Rows
    standing: Rows
    bases: Rows
    purposes: Rows

    def attention(self) -> Iterator[Attention]:
        """Feeds that came late, were refused or are missing, and those that no legal basis is written for."""
        if not self.feeds:
            yield Attention(UNKNOWN, SECTION, "The ledger knows no feed of this run.")
        for row in self.feeds:
            name = f"{row['source']} {row['sender']} ({row['feed'] or 'no feed recognised'})"
            if not row["purposes"]:
                yield Attention(ACT, SECTION, f"{name}: no legal basis is written down for this feed.")
            if row["outcome"] in ("refused", "missing"):
                yield Attention(
                    LOOK, SECTION, f"{name} is {row['outcome']}: the release has its last good state, if any."
                )
            elif row["is_late"]:
                yield Attention(LOOK, SECTION, f"{name} is late.")


def read(release: Release) -> Sources:
    """Feeds of the run, and what the register of legal bases says of them."""
    feeds = [
        {**row, "is_late": bool(row["is_late"]), "purposes": _purposes(row["source"], row["feed"])}
        for row in release.rows(_FEEDS)
    ]
    used = {row["source"] for row in feeds}
    standing = [
        {
            "source": feed.source, "formats": ", ".join(feed.formats), "controller": feed.controller,
            "bases": [law.legal_bases()[word].title for word in feed.bases],
        }
        for feed in law.feeds()
        if feed.source in used or not used
    ]  # fmt: skip
    words = dict.fromkeys(word for feed in law.feeds() for word in feed.bases)
    return Sources(
        feeds=feeds, standing=standing, bases=[_basis(word) for word in words], purposes=_meanings()
    )


def _purposes(source: str, feed: str) -> list[str]:
    """Words of the purposes that the bases of a feed allow; none where it has no basis.

    What could not be recognised has no format: what every feed of its source may be for stands for it.
    """
    found = [one for one in law.feeds() if one.source == source and (feed in one.formats or not feed)]
    allowed = [law.allowed(one.bases) for one in found]
    together = frozenset.intersection(*allowed) if allowed else frozenset()
    return [word for word in law.purposes() if word in together]


def _basis(word: str) -> dict[str, str]:
    basis = law.legal_bases()[word]
    return {
        "title": basis.title, "articles": _articles(basis.article_6, basis.article_9),
        "confidence": basis.confidence, "condition": basis.condition, "source": basis.source,
        "allows": ", ".join(name for name in law.purposes() if name in basis.allows).replace("_", " "),
    }  # fmt: skip


def _articles(six: str, nine: str) -> str:
    """Articles 6 and 9 of UK GDPR; once where neither applies."""
    return six if nine == "none" else f"{six}; {nine}"


def _meanings() -> list[dict[str, str]]:
    return [{"word": word, "meaning": purpose.meaning} for word, purpose in law.purposes().items()]
