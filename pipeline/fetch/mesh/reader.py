"""Goes through an inbox once. Per message: into the ledger, asked for, checked, to its place, into the
ledger, acknowledged, into the ledger; a crash between any two of them brings it again, or acknowledges it.

MESH deletes what is acknowledged, and expires after some days what is not: the sender then hears that it
was not taken. So what no feed takes is never acknowledged.
"""

from __future__ import annotations

import shutil
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from connectors.fhir.bulk import UnreachableError
from pipeline import clock
from pipeline.fetch import arrivals as states
from pipeline.fetch.again import ATTEMPTS_OF_DAMAGED, tried
from pipeline.fetch.arrivals import Arrival, Arrivals
from pipeline.fetch.days import NoDateError, extract_date
from pipeline.fetch.deliver import NameTakenError, Ready, deliver
from pipeline.fetch.feed_file import Feed
from pipeline.fetch.mesh.routing import Left, Routes, note_report
from pipeline.fetch.names import VALID, is_safe, shown
from pipeline.fetch.place import Fetched, Tools
from pipeline.fetch.tally import Tally
from pipeline.mesh import (
    MESSAGE_ID,
    DamagedError,
    Message,
    MessageGoneError,
    NotLetInError,
    NotNowError,
    classified,
    open_message,
)
from pipeline.zones import Zones

if TYPE_CHECKING:
    from pipeline.fetch.mesh.inbox import Inbox

_MESSAGES_AT_MOST = 100_000
_EXPIRED = "no longer in the mailbox: it expired before it could be taken; valid: sent again"
_ONLY = ""  # version: a message has one content
_UNREACHABLE_AT_MOST = 3  # messages in a row: then it is the exchange, not the message


class _RefusedError(ValueError):
    """A message that cannot be taken as it is; the text says what would be valid."""


class Reader:
    """One look through one inbox."""

    def __init__(self, inbox: Inbox, tools: Tools, client: Any, wanted: frozenset[str]) -> None:
        self._tools, self._client = tools, client
        self._zones = Zones(tools.settings.home)
        self._work = self._zones.fetching / inbox.name
        self._arrivals = Arrivals(tools.ledger, inbox.name)
        self._routes = Routes(tools.settings, inbox.mailbox, inbox.entries, wanted)
        self._tallies = {
            entry.name: Tally(entry.name, str(entry.sent), inbox.transport, "message")
            for entry in inbox.entries
            if entry.name in wanted
        }
        self._nobodys = Tally(inbox.name, "", inbox.transport, "message")
        self._tally = self._nobodys  # of the message that is being looked at
        self._waiting: set[tuple[str, date, str]] = set()  # what follows them must not overtake them
        self._unreachable = 0

    def read(self) -> list[Fetched]:
        """Every message that is there now, in the order of the exchange."""
        shutil.rmtree(self._work, ignore_errors=True)  # what a crash left half
        self._work.mkdir(mode=0o700, parents=True)
        ids = tried(self._tools.clock, "listing the inbox", self._list, again=NotNowError)
        self._arrivals.list(((one, _ONLY) for one in ids), self._now())
        known = self._arrivals.known()
        for arrival in known.values():
            if arrival.remote_id not in ids:
                self._settle(arrival)
        self._tools.progress(f"{len(ids)} messages in the inbox")
        for message_id in ids:
            self._one(known[message_id, _ONLY])
        return [
            *(tally.fetched() for tally in self._tallies.values()),
            *([self._nobodys.fetched()] if self._nobodys.left or self._nobodys.reports else []),
        ]

    def _settle(self, arrival: Arrival) -> None:
        """One that is no longer there: acknowledged before a crash, taken by its own command, or expired."""
        if arrival.state in (states.DELIVERED, states.REPORTED):
            self._note(arrival, states.ACKNOWLEDGED)
        elif arrival.state == states.LISTED:
            self._note(arrival, states.GONE)
        elif arrival.state not in (states.ACKNOWLEDGED, states.GONE):
            self._leave(arrival, states.GONE, _EXPIRED)

    def _list(self) -> dict[str, None]:
        with classified():
            found = islice(self._client.iterate_message_ids(), _MESSAGES_AT_MOST)
            ids = dict.fromkeys(str(one) for one in found)
        return {one: None for one in ids if MESSAGE_ID.fullmatch(one)}

    def _one(self, arrival: Arrival) -> None:
        try:
            if arrival.state not in states.TAKEN and not self._take(arrival):
                return
        except UnreachableError as error:
            self._leave(arrival, states.FETCHING, str(error))
            self._count_unreachable(error)
            return
        self._acknowledge(arrival.remote_id)

    def _count_unreachable(self, error: UnreachableError) -> None:
        self._unreachable += 1
        if self._unreachable >= _UNREACHABLE_AT_MOST:
            raise error

    def _take(self, arrival: Arrival) -> bool:
        """Bring a message to its place; whether it may be acknowledged."""
        self._tally, damaged = self._nobodys, ""
        for _ in range(ATTEMPTS_OF_DAMAGED):
            try:
                return tried(self._tools.clock, "a message", lambda: self._ask(arrival), again=NotNowError)
            except DamagedError as error:
                damaged = f"{error}, {ATTEMPTS_OF_DAMAGED} times; valid: sent again, whole"
            except MessageGoneError as error:
                self._leave(arrival, states.GONE, f"no longer in the mailbox ({error})")
                return False
            except NotLetInError as error:
                damaged = f"the exchange does not give it ({error})"
                break
        self._leave(arrival, states.REFUSED, damaged)
        return False

    def _ask(self, arrival: Arrival) -> bool:
        """Ask for the message once, and decide by its headers."""
        self._arrivals.note_fetching(arrival.remote_id, _ONLY, at=self._now())
        with open_message(self._client, arrival.remote_id) as message:
            self._unreachable = 0
            found = self._routes.of(message.head)
            if found is Left.REPORT:
                code = note_report(self._tools.ledger, self._routes.mailbox, message.head, self._now())
                self._nobodys.reports[code] += 1
                self._note(arrival, states.REPORTED)
                return True
            if found is Left.OTHER_USE or found is Left.NOT_WANTED:
                self._note(arrival, states.LISTED)
                return False
            if found is Left.NOBODYS:
                self._leave(arrival, states.LEFT, self._routes.why_nobodys(message.head))
                return False
            return self._bring(arrival, message, found)

    def _bring(self, arrival: Arrival, message: Message, feed: Feed) -> bool:
        self._tally = self._tallies[feed.name]
        try:
            ready = self._store(arrival, message, feed)
        except (_RefusedError, NoDateError) as error:
            self._leave(arrival, states.REFUSED, str(error), feed=feed.name)
            return False
        size, name = ready.part.stat().st_size, (feed.name, ready.day, ready.name.lower().removesuffix(".gz"))
        try:
            if name in self._waiting:
                raise NameTakenError("an earlier message of its name and day waits; valid: to wait for it")
            deliver(self._zones, self._tools.ledger, ready)
        except NameTakenError as error:
            self._waiting.add(name)
            self._leave(arrival, states.WAITING, str(error), feed=feed.name)
            return False
        self._note(
            arrival, states.DELIVERED, feed=feed.name, extract_date=ready.day.isoformat(),
            file_name=shown(feed.source, ready.name), sha256=ready.sha256, size=size,
        )  # fmt: skip
        self._tally.took(size)
        return True

    def _store(self, arrival: Arrival, message: Message, feed: Feed) -> Ready:
        head = message.head
        if head.is_encrypted:
            raise _RefusedError("its sender encrypted it; valid: in clear, as MESH itself encrypts the way")
        if not is_safe(head.file_name):
            raise _RefusedError(f"the name of its file is not in form; valid: {VALID}")
        at = self._now()
        day = extract_date(
            feed.extract_date, head.file_name, sent=head.sent_at or arrival.found_at, today=clock.day(at)
        )
        part = self._work / f"{arrival.remote_id}.part"
        stored = message.store(part)
        packed = head.is_compressed and stored.is_gzip and not head.file_name.lower().endswith(".gz")
        name = f"{head.file_name}.gz" if packed else head.file_name
        return Ready(feed=feed.sent, day=day, name=name, part=part, sha256=stored.sha256)

    def _acknowledge(self, message_id: str) -> None:
        """Let the exchange delete it; where that fails, the next fetch does it."""

        def acknowledge() -> None:
            with classified():
                self._client.acknowledge_message(message_id)

        try:
            tried(self._tools.clock, "acknowledging a message", acknowledge, again=NotNowError)
        except MessageGoneError:
            pass  # acknowledged before, and the answer was lost
        except (NotLetInError, UnreachableError) as error:
            self._nobodys.leave(f"safe here, and not acknowledged yet ({error})")
            if isinstance(error, UnreachableError):
                self._count_unreachable(error)
            return
        self._arrivals.note(message_id, _ONLY, at=self._now(), state=states.ACKNOWLEDGED)

    def _leave(self, arrival: Arrival, state: str, reason: str, *, feed: str = "") -> None:
        (self._work / f"{arrival.remote_id}.part").unlink(missing_ok=True)
        self._note(arrival, state, reason=reason, feed=feed)
        self._tally.leave(reason)

    def _note(self, arrival: Arrival, state: str, **changed: str | int | None) -> None:
        self._arrivals.note(arrival.remote_id, _ONLY, at=self._now(), state=state, **changed)

    def _now(self) -> datetime:
        return self._tools.clock.now()
