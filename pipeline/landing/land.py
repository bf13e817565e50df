"""Lands one feed: every file of every dated folder that was not seen before, file by file.

A file that cannot be landed never stops the others. The outcome tells the caller whether the feed as a
whole was refused; the caller raises :class:`~pipeline.errors.InputRefusedError`, so that its task shows red.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from connectors import registry
from connectors.declare import Format
from pipeline.errors import WsicError
from pipeline.landing import manifest as control
from pipeline.landing.coverage import conclude
from pipeline.landing.desk import Desk, open_desk
from pipeline.landing.feeds import DatedFolder, Feed, arrivals, dated_folders
from pipeline.landing.land_file import Extract, is_declared, land_file
from pipeline.landing.outcomes import FeedOutcome, Tally
from pipeline.landing.receive import Received, look_at
from pipeline.landing.record import receive_again, record_file, record_seen
from pipeline.landing.scan import UnreadableError
from pipeline.landing.scope import declared_name, marker_files
from pipeline.landing.unpack import ARCHIVE, members
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def land_feed(
    settings: Settings, ledger: Ledger, *, run_id: str, feed: Feed, extracts: Path, as_of: date
) -> FeedOutcome:
    """Land what ``feed`` sent up to ``as_of`` and was not seen before.

    Leaves, per new file: its immutable copy in ``received``, its typed rows or its quarantine, and its rows
    in the ledger (``file``, ``file_seen``, ``file_rule``, stage ``landing``); per format of the feed a
    ``feed`` row. Landing again changes nothing.
    """
    tally = Tally()
    folders, strange = dated_folders(arrivals(extracts, settings.home), feed, as_of)
    if strange:
        tally.troubles.append(f"{len(strange)} entries beside the dated folders are not named YYYY-MM-DD")
    with open_desk(settings, ledger, run_id, feed) as desk:
        for folder in folders:
            _land_folder(desk, folder, tally)
        return conclude(desk, tally, as_of=as_of, came=bool(folders))


def _land_folder(desk: Desk, folder: DatedFolder, tally: Tally) -> None:
    known = control.judged_so_far(desk.ledger, desk.feed, folder.extract_date)
    with TemporaryDirectory(dir=desk.work) as unpacked, TemporaryDirectory(dir=desk.work) as copies:
        copied = _to_copy(desk, folder, known)
        files = _look(desk, folder, tally, Path(unpacked), {name: Path(copies) / name for name in copied})
        own = [folder.path, *sorted(Path(unpacked).iterdir())]  # a manifest may lie in the archive
        listed = next((place for place in own if (place / control.NAME).is_file()), folder.path)
        _land_files(desk, folder, files, known, control.read_manifest(listed), tally)


def _to_copy(desk: Desk, folder: DatedFolder, known: Mapping[str, control.SoFar]) -> list[str]:
    """Names of the files that will be taken in whatever they hold: declared, and none of the name before."""
    came = [path.name for path in folder.path.iterdir()]
    format_ = registry.recognise(desk.feed.source, came)
    seen = {so_far.name for so_far in known.values()}
    return [name for name in came if name not in seen and is_declared(name, _format_of(desk, name, format_))]


def _land_files(
    desk: Desk,
    folder: DatedFolder,
    files: list[Received],
    known: Mapping[str, control.SoFar],
    manifest: control.Manifest,
    tally: Tally,
) -> None:
    seen = [file.file_id for file in files if file.file_id in known]
    record_seen(desk.ledger, desk.run_id, seen)
    receive_again(desk.ledger, desk.run_id, feed=desk.feed, extract_date=folder.extract_date, seen=seen)
    tally.seen_before += seen
    new = [
        file
        for file in files
        if file.file_id not in known or manifest.judges_otherwise(file, known[file.file_id])
    ]
    if not new:
        return
    format_ = registry.recognise(desk.feed.source, [file.name for file in files])
    came = [*(file.name for file in files), *(path.name for path in folder.path.iterdir())]
    if absent := manifest.missing(came):
        tally.troubles.append(f"{folder.extract_date}: {absent} files that the manifest names did not come")
    for received in _markers_first(new, format_):
        _land_one(desk, received, Extract(_format_of(desk, received.name, format_), manifest), tally)


def _format_of(desk: Desk, name: str, format_: Format | None) -> Format | None:
    """The format of one file: that of the others in its folder, unless only another one has it."""
    if format_ is not None and format_.find(name):
        return format_
    return registry.recognise(desk.feed.source, [name])


def _land_one(desk: Desk, received: Received, extract: Extract, tally: Tally) -> None:
    """Land one file; what the machine (not the file) prevented is told and tried again next time."""
    try:
        outcome = land_file(desk, received, extract)
    except (duckdb.Error, OSError, WsicError) as error:
        tally.troubles.append(
            f"{received.extract_date}: file {received.file_id} could not be landed now "
            f"({type(error).__name__}); it is tried again at the next run"
        )
        return
    record_file(desk.ledger, desk.run_id, outcome)
    tally.outcomes.append(outcome)


def _look(
    desk: Desk, folder: DatedFolder, tally: Tally, unpacked: Path, copies: Mapping[str, Path]
) -> list[Received]:
    """Hash every file of a folder, and copy those that ``copies`` has a place for; an archive stands for its
    members, one that is broken for itself."""
    found: list[Received] = []
    unfit = 0
    for path in sorted(folder.path.iterdir()):
        if path.name == control.NAME or path.name.startswith("."):
            continue
        if path.is_symlink() or not path.is_file():
            unfit += 1
            continue
        try:
            if copy := copies.get(path.name):
                found.append(look_at(path, desk.feed, folder.extract_date, copy_to=copy))
            else:
                found += _received(desk, path, folder, unpacked / str(len(found)))
        except OSError:
            unfit += 1
    if unfit:
        tally.troubles.append(f"{folder.extract_date}: {unfit} entries are no files that can be read")
    return found


def _received(desk: Desk, path: Path, folder: DatedFolder, unpacked: Path) -> list[Received]:
    own, problem = [path], ""
    if path.name.lower().endswith(ARCHIVE):
        try:
            own = [one for one in members(path, unpacked) if one.name != control.NAME]
        except UnreadableError as error:
            problem = str(error)
    return [replace(look_at(one, desk.feed, folder.extract_date), problem=problem) for one in own]


def _markers_first(files: Iterable[Received], format_: Format | None) -> list[Received]:
    """Files that the others are judged by come first, then by name."""
    markers = marker_files(format_) if format_ else frozenset()
    return sorted(files, key=lambda file: (declared_name(format_, file.name) not in markers, file.name))
