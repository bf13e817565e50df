"""Goes through a store once. Per file: into the ledger, copied, checked, to its place, into the ledger,
and, only where the entry says so, moved away; a crash between any two of them goes on there.

The checksum of the content decides what is new: a file that was only touched is known again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from connectors.fhir.bulk import UnreachableError
from pipeline import clock
from pipeline.fetch import arrivals as states
from pipeline.fetch.again import ATTEMPTS_OF_DAMAGED, tried
from pipeline.fetch.arrivals import Arrival, Arrivals
from pipeline.fetch.days import NoDateError, extract_date
from pipeline.fetch.deliver import NameTakenError, Ready, deliver
from pipeline.fetch.feed_file import MANIFEST, MARKER, Feed
from pipeline.fetch.names import MANIFEST as MANIFEST_NAME
from pipeline.fetch.names import VALID, is_safe, shown
from pipeline.fetch.place import Fetched, Tools
from pipeline.fetch.store.copying import copy
from pipeline.fetch.store.faults import (
    DamagedError,
    NotLetInError,
    NotNowError,
    NotThereError,
    StoreFault,
    classified,
)
from pipeline.fetch.store.listing import Entry, chosen, list_entries
from pipeline.fetch.store.reach import FOLDERS, Reached
from pipeline.fetch.store.whole import Judge, Whole, marker_of
from pipeline.fetch.tally import Tally
from pipeline.zones import Zones

_UNREACHABLE_AT_MOST = 3  # files in a row: then it is the store, not the file
_SAFE = (states.DELIVERED, states.UNCHANGED, states.MOVED)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NOT_IN_FORM = (
    'the manifest of its folder is not in form; valid: {"files": [{"name": …, "rows": …, "sha256": …}]}'
)


class _RefusedError(ValueError):
    """A file that cannot be taken as it is; the text says what would be valid."""


class Taker:
    """One look through one store."""

    def __init__(self, feed: Feed, reached: Reached, tools: Tools) -> None:
        self._feed, self._reached, self._tools = feed, reached, tools
        self._zones = Zones(tools.settings.home)
        self._work = self._zones.fetching / feed.name
        self._arrivals = Arrivals(tools.ledger, feed.name)
        self._tally = Tally(feed.name, str(feed.sent), "store", "file")
        self._latest: dict[str, str] = {}  # remote id -> digest of the content that was taken last
        self._names: dict[tuple[str, str], str] = {}  # day and name -> remote id that has it
        self._unreachable = 0

    def take(self) -> Fetched:
        """Everything that may be taken now."""
        self._work.mkdir(mode=0o700, parents=True, exist_ok=True)
        waits, beside = self._tools.clock, self._feed.move_to
        entries = tried(
            waits, "listing", lambda: list_entries(self._reached, beside=beside), again=NotNowError
        )
        candidates = self._sound(chosen(entries, self._feed.files))
        known = self._known(candidates)
        judge = Judge(self._feed, self._reached, entries, known, self._now())
        whole = tried(waits, "reading manifests", lambda: judge.whole(candidates), again=NotNowError)
        known = self._known([one.entry for one in whole] + judge.unreadable)
        for manifest in judge.unreadable:
            self._leave(manifest, states.REFUSED, _NOT_IN_FORM)
        self._remember(entries, known)
        self._tools.progress(f"{len(whole)} of {len(candidates)} files are whole")
        safe = {one.entry.path for one in sorted(whole, key=_order) if self._one(one, known)}
        if self._feed.move_to:
            self._move_all(entries, {one.entry.path for one in whole} - safe)
        return self._tally.fetched()

    def _known(self, entries: Iterable[Entry]) -> dict[tuple[str, str], Arrival]:
        """What the ledger has, with these in it."""
        self._arrivals.list(((one.remote_id, one.version) for one in entries), self._now())
        return self._arrivals.known()

    def _remember(self, entries: Iterable[Entry], known: Mapping[tuple[str, str], Arrival]) -> None:
        """What was taken before; and clear away what a crash left half, of files that are no longer there."""
        names = {one.remote_id: one.name for one in entries}
        for arrival in sorted(known.values(), key=lambda one: one.changed_at):
            if arrival.state in _SAFE:
                self._latest[arrival.remote_id] = arrival.sha256
                if name := names.get(arrival.remote_id):
                    self._names[arrival.extract_date, name.lower()] = arrival.remote_id
        parts = {f"{one.remote_id}-{one.version}.part" for one in entries}
        for path in self._work.iterdir():
            if path.name not in parts:
                path.unlink()

    def _sound(self, candidates: Iterable[Entry]) -> list[Entry]:
        sound = []
        for one in candidates:
            problem = one.problem or ("" if is_safe(one.name) else f"its name is not in form; valid: {VALID}")
            if problem:
                self._arrivals.list([(one.remote_id, one.version)], self._now())
                self._leave(one, states.REFUSED, problem)
            else:
                sound.append(one)
        return sound

    def _one(self, one: Whole, known: Mapping[tuple[str, str], Arrival]) -> bool:
        """Whether a file is safe here, now or before."""
        arrival = known[one.entry.remote_id, one.entry.version]
        try:
            is_safe_here = arrival.state in _SAFE or self._bring(one, arrival)
        except UnreachableError as error:
            self._leave(one.entry, states.FETCHING, str(error))
            self._unreachable += 1
            if self._unreachable >= _UNREACHABLE_AT_MOST:
                raise
            return False
        self._unreachable = 0
        return is_safe_here

    def _bring(self, one: Whole, arrival: Arrival) -> bool:
        """Copy a file and bring it to its place; whether it is safe here."""
        entry, state, damaged = one.entry, states.REFUSED, ""
        for _ in range(ATTEMPTS_OF_DAMAGED):
            try:
                ready, size = self._copied(one, arrival)
                return self._deliver(entry, ready, size)
            except DamagedError as error:
                damaged = f"{error}, {ATTEMPTS_OF_DAMAGED} times; valid: a file that is whole and as said"
                self._part(entry).unlink(missing_ok=True)
            except NotThereError:
                state, damaged = states.GONE, "it went while it was looked at"
                break
            except (NotLetInError, NoDateError, _RefusedError) as error:
                damaged = str(error)
                break
        self._leave(entry, state, damaged)
        return False

    def _copied(self, one: Whole, arrival: Arrival) -> tuple[Ready, int]:
        entry, feed = one.entry, self._feed
        sent = one.sent or arrival.found_at
        day = extract_date(feed.extract_date, entry.path, sent=sent, today=clock.day(self._now()))
        if self._names.setdefault((day.isoformat(), entry.name.lower()), entry.remote_id) != entry.remote_id:
            raise _RefusedError(
                "another file of the store has its name and day; valid: another name, or a feed of its own"
            )
        self._arrivals.note_fetching(entry.remote_id, entry.version, at=self._now(), feed=feed.name)
        safe = [arrival.safe_size]

        def note_safe(size: int) -> None:
            safe[0] = size
            self._note(entry, states.FETCHING, safe_size=size)

        sha256, size = tried(
            self._tools.clock,
            "copying a file",
            lambda: copy(self._reached, entry, self._part(entry), safe_size=safe[0], note_safe=note_safe),
            again=NotNowError,
        )
        if one.sha256 and one.sha256 != sha256:
            raise DamagedError("its content is not the one that the manifest names")
        return Ready(feed=feed.sent, day=day, name=entry.name, part=self._part(entry), sha256=sha256), size

    def _deliver(self, entry: Entry, ready: Ready, size: int) -> bool:
        told: dict[str, str | int | None] = {
            "extract_date": ready.day.isoformat(), "file_name": shown(self._feed.source, ready.name),
            "sha256": ready.sha256, "size": size,
        }  # fmt: skip
        if ready.sha256 == self._latest.get(entry.remote_id):
            ready.part.unlink()
            self._note(entry, states.UNCHANGED, **told)
            return True
        try:
            deliver(self._zones, self._tools.ledger, ready)
        except NameTakenError as error:
            ready.part.unlink()
            self._leave(entry, states.WAITING, str(error))
            return False
        self._note(entry, states.DELIVERED, **told)
        self._latest[entry.remote_id] = ready.sha256
        self._tally.took(size)
        return True

    def _move_all(self, entries: Iterable[Entry], not_safe: set[str]) -> None:
        """Move what is safe here to the folder that the entry names, over nothing that is there.

        By a manifest a folder is taken as a whole, so it is moved as a whole, the manifest last.
        """
        known, markers = self._arrivals.known(), {one.path: one for one in entries}
        held = {path.rpartition("/")[0] for path in not_safe} if self._feed.complete_when == MANIFEST else ()
        for entry in sorted(entries, key=lambda one: (one.name == MANIFEST_NAME, one.path)):
            arrival = known.get((entry.remote_id, entry.version))
            if arrival is None or arrival.state not in _SAFE or entry.folder in held:
                continue
            if self._move(entry) and self._feed.complete_when == MARKER and self._feed.marker.startswith("."):
                if marker := markers.get(marker_of(self._feed, entry)):
                    self._move(marker)

    def _move(self, entry: Entry) -> bool:
        files, target = self._reached.files, f"{self._reached.root}/{self._feed.move_to}/{entry.path}"
        try:
            with classified():
                if files.exists(target):
                    target = f"{target}.{entry.version}"
                if self._reached.protocol in FOLDERS:
                    files.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
                    files.mv(entry.full, target)
                else:  # of an object store `mv` would read `[` and `*` in a path as a glob
                    files.cp_file(entry.full, target)
                    files.rm_file(entry.full)
        except StoreFault as error:
            self._tally.leave(f"safe here, and it could not be moved at the store ({error})")
            return False
        self._note(entry, states.MOVED)
        return True

    def _leave(self, entry: Entry, state: str, reason: str) -> None:
        self._note(entry, state, reason=reason, feed=self._feed.name)
        self._tally.leave(reason)

    def _note(self, entry: Entry, state: str, **changed: str | int | None) -> None:
        self._arrivals.note(entry.remote_id, entry.version, at=self._now(), state=state, **changed)

    def _part(self, entry: Entry) -> Path:
        return self._work / f"{entry.remote_id}-{entry.version}.part"

    def _now(self) -> datetime:
        return self._tools.clock.now()


def _order(one: Whole) -> tuple[bool, datetime, str]:
    """Manifests first, so that a file never lies without its totals; then as they were sent."""
    return one.entry.name != MANIFEST_NAME, one.sent or _BEGINNING, one.entry.path
