"""What a feed's night came to: its outcome, how fresh it is, and the ledger's row of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from connectors import registry
from connectors.declare import Format, Mode
from pipeline.landing.desk import Desk
from pipeline.landing.feeds import Feed
from pipeline.landing.outcomes import FHIR, FeedOutcome, FileOutcome, Tally
from pipeline.landing.scope import (
    KnownFile,
    declared_name,
    formats_known,
    header_file,
    held_extracts,
    in_scope,
    known_files,
    marker_files,
)
from pipeline.settings import Settings

_WORST_FIRST = ("refused", "missing", "landed", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One format of a feed tonight. ``feed`` is the format's word."""

    feed: str
    outcome: str
    message: str
    last_extract_on: date | None
    expected_on: date
    is_late: bool
    files: int
    rows_in: int


def conclude(desk: Desk, tally: Tally, *, as_of: date, came: bool) -> FeedOutcome:
    """Judge the feed and record it, one ``feed`` row a format that it ever sent.

    Refused: a marker file was refused, an extract of tonight is held back, files came and none landed, or
    something could not be landed at all. Missing: no dated folder of the feed is there (``came``). Unchanged:
    all was seen before.
    """
    feed = desk.feed
    known = dict(formats_known(feed, known_files(desk.ledger, feed, as_of)) or _expected(feed))
    if any(outcome.format == FHIR and outcome.outcome == "refused" for outcome in tally.outcomes):
        known.setdefault(FHIR, None)  # be it but an export, of which nobody waits for another
    parts = [_part(desk, tally, name, known[name], as_of=as_of, came=came) for name in known]
    desk.ledger.put("feed", [_row(desk, part) for part in parts])
    words = [part.outcome for part in parts]
    if tally.troubles or _nothing_good(tally):
        words.append("refused")
    return FeedOutcome(
        source=feed.source,
        sender=feed.sender,
        outcome=min(words, key=_WORST_FIRST.index),
        message="; ".join(dict.fromkeys(filter(None, [*(part.message for part in parts), *tally.troubles]))),
        files=tuple(tally.outcomes),
        seen_before=len(tally.seen_before),
        last_extract_on=max((part.last_extract_on for part in parts if part.last_extract_on), default=None),
        is_late=any(part.is_late for part in parts),
    )


def _expected(feed: Feed) -> Mapping[str, Format | None]:
    """A feed that never sent anything that is known: it is expected in the source's first format."""
    return {format_.name: format_ for format_ in registry.source(feed.source).formats[:1]} or {FHIR: None}


def _nothing_good(tally: Tally) -> bool:
    return bool(tally.outcomes) and all(outcome.outcome == "refused" for outcome in tally.outcomes)


def _part(desk: Desk, tally: Tally, name: str, format_: Format | None, *, as_of: date, came: bool) -> Part:
    files = [outcome for outcome in tally.outcomes if outcome.format == name]
    refused = [outcome for outcome in files if outcome.outcome == "refused"]
    last = in_scope(desk.ledger, desk.feed, as_of).last_extract_on(name)
    received = [file for file in known_files(desk.ledger, desk.feed, as_of) if file.format == name]
    owed = _did_not_come(received, files, format_) if format_ else []
    held = {when for word, when in held_extracts(desk.feed, received) if word == name}
    limit = _limit(desk.settings, format_)
    return Part(
        feed=name,
        outcome=_outcome(
            files,
            [declared_name(format_, file.file_name) for file in refused],
            _judged_by(format_),
            came=came,
            is_held=any(file.extract_date in held for file in files),
        ),
        message="; ".join(
            [f"{file.extract_date}/{file.file_name}: {file.message}" for file in refused] + owed
        ),
        last_extract_on=last,
        expected_on=last + limit if last else as_of,
        is_late=last is None or as_of - last > limit,
        files=len(files),
        rows_in=sum(file.rows_in for file in files),
    )


def _did_not_come(received: list[KnownFile], files: list[FileOutcome], format_: Format) -> list[str]:
    """A word on each file of tonight's extracts that the feed has sent before and now left out, and on the
    header file without which an extract is held back."""
    said = []
    for when in sorted({file.extract_date for file in files}):
        here = {declared_name(format_, file.name) for file in received if file.extract_date == when}
        header = header_file(format_)
        if header and header not in here:
            named = format_.file(header).name
            said.append(f"{when}/{named}: has not come; the extract is held back until it does")
            here.add(header)
        earlier = [file.name for file in received if file.extract_date < when]
        before = {declared_name(format_, name): name for name in earlier}
        absent = sorted(before.keys() - here)
        said += [f"{when}/{before[name]}: did not come with the others" for name in absent]
    return said


def _outcome(
    files: list[FileOutcome], refused: list[str], markers: frozenset[str], *, came: bool, is_held: bool
) -> str:
    if not came:
        return "missing"
    if not files:
        return "unchanged"
    if is_held or len(refused) == len(files) or markers.intersection(refused):
        return "refused"
    return "landed"


def _judged_by(format_: Format | None) -> frozenset[str]:
    """Files whose refusal refuses the feed: its markers and those that it is recognised by."""
    if format_ is None:
        return frozenset()
    return marker_files(format_) | {name.lower() for name in format_.recognised_by}


def _limit(settings: Settings, format_: Format | None) -> timedelta:
    is_snapshot = format_ is not None and format_.mode is Mode.SNAPSHOT
    return timedelta(days=settings.late_after_days_snapshot if is_snapshot else settings.late_after_days)


def _row(desk: Desk, part: Part) -> dict[str, object]:
    return {
        "run_id": desk.run_id,
        "source": desk.feed.source,
        "sender": desk.feed.sender,
        "feed": part.feed,
        "outcome": part.outcome,
        "message": part.message,
        "last_extract_on": part.last_extract_on.isoformat() if part.last_extract_on else None,
        "expected_on": part.expected_on.isoformat(),
        "is_late": int(part.is_late),
        "files": part.files,
        "rows_in": part.rows_in,
    }
