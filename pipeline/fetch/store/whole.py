"""Whether a file is whole: a sender may still be writing it when it is seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.fetch.arrivals import Arrival
from pipeline.fetch.feed_file import MANIFEST, MARKER, Feed
from pipeline.fetch.names import MANIFEST as MANIFEST_NAME
from pipeline.fetch.store.faults import NotThereError, classified
from pipeline.fetch.store.listing import Entry
from pipeline.fetch.store.reach import Reached

_LONGEST_MANIFEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A file that may be taken; ``sent``: when, by the store's time, it or all of its folder was whole;
    ``sha256``: what its manifest gives (empty: nothing)."""

    entry: Entry
    sent: datetime | None
    sha256: str = ""


@dataclass(slots=True)
class Judge:
    """Says of one listing which files are whole, as the feed's entry wants it.

    ``unreadable``: manifests that are not in form, by which nothing is known of their folders.
    """

    feed: Feed
    reached: Reached
    entries: Sequence[Entry]
    known: Mapping[tuple[str, str], Arrival]
    at: datetime
    unreadable: list[Entry] = field(default_factory=list)

    def whole(self, candidates: Sequence[Entry]) -> list[Whole]:
        """Those of ``candidates`` that may be taken now, and the manifests that say so."""
        if self.feed.complete_when == MANIFEST:
            self.unreadable.clear()
            return self._as_manifests_say(candidates)
        if self.feed.complete_when == MARKER:
            marked = ((one, self._marker(one)) for one in candidates)
            return [Whole(entry=one, sent=self._sent(one, by)) for one, by in marked if by is not None]
        return [Whole(entry=one, sent=one.modified) for one in candidates if self._is_stable(one)]

    def _is_stable(self, entry: Entry) -> bool:
        """It lay unchanged for long enough: by the store's time, or seen so by us."""
        since = self.at - timedelta(minutes=self.feed.stable_minutes)
        seen = self.known.get((entry.remote_id, entry.version))
        return (entry.modified is not None and entry.modified <= since) or (
            seen is not None and seen.found_at <= since
        )

    def _marker(self, entry: Entry) -> Entry | None:
        """What says that it is whole: beside it, or beside all of its folder, and no older than it."""
        paths = {one.path: one for one in self.entries}
        marker = paths.get(marker_of(self.feed, entry))
        if marker is None or marker.path == entry.path:
            return None
        times = (marker.modified, entry.modified)
        is_older = times[0] is not None and times[1] is not None and times[0] < times[1]
        return None if is_older else marker

    def _sent(self, entry: Entry, marker: Entry) -> datetime | None:
        """All files of a folder that has one marker are of one extract."""
        return entry.modified if self.feed.marker.startswith(".") else marker.modified or entry.modified

    def _as_manifests_say(self, candidates: Sequence[Entry]) -> list[Whole]:
        """Files that a manifest of their folder names, once all that it names are there."""
        found: list[Whole] = []
        for manifest in self.entries:
            if manifest.name != MANIFEST_NAME or manifest.problem:
                continue
            named = self._named(manifest)
            beside = {one.name for one in self.entries if one.folder == manifest.folder}
            if not named or not set(named) <= beside:
                continue
            sent = manifest.modified
            found.append(Whole(entry=manifest, sent=sent))
            found += [
                Whole(entry=one, sent=sent, sha256=named[one.name])
                for one in candidates
                if one.folder == manifest.folder and one.name in named and one.name != MANIFEST_NAME
            ]
        return found

    def _named(self, manifest: Entry) -> dict[str, str]:
        """Names of files and their digests; none where the manifest is not in form."""
        try:
            with classified(), self.reached.files.open(manifest.full, "rb") as file:
                text = file.read(_LONGEST_MANIFEST)
        except NotThereError:
            return {}
        try:
            listed = json.loads(text.decode("utf-8-sig"))["files"]
            return {str(one["name"]): str(one.get("sha256") or "").lower() for one in listed}
        except (ValueError, KeyError, TypeError, AttributeError):
            self.unreadable.append(manifest)
            return {}


def marker_of(feed: Feed, entry: Entry) -> str:
    """Path of the marker that stands for a file."""
    if feed.marker.startswith("."):
        return f"{entry.path}{feed.marker}"
    return f"{entry.folder}/{feed.marker}".lstrip("/")
