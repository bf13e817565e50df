"""One export from its request to its end, going on from wherever the ledger says that it stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.fhir.bulk import (
    BulkError,
    Exchange,
    ExportGoneError,
    Manifest,
    Running,
    UnreachableError,
    Wanted,
    kick_off,
    let_go,
    look,
    parse_manifest,
)
from pipeline.fetch.bulk import journal as states
from pipeline.fetch.bulk.delivery import deliver, place
from pipeline.fetch.bulk.files import Fetcher
from pipeline.fetch.bulk.journal import Job, Journal
from pipeline.fetch.bulk.outcomes import note_lack, tells_of_a_lack
from pipeline.fetch.bulk.servers import Server
from pipeline.settings import Settings
from pipeline.zones import Zones

# Of the types that are landed, and what a server says beside them.
_BESIDE = ("Bundle", "OperationOutcome")
_MANIFEST = "manifest.json"  # in the job's own folder: addresses in it may open files to any reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything that the steps of a job need."""

    settings: Settings
    server: Server
    journal: Journal
    exchange: Exchange
    progress: Callable[[str], None]

    def folder(self, job_id: str) -> Path:
        """Where the files of a job lie until all of them are here."""
        return Zones(self.settings.home).fetching / job_id

    def note(self, job: Job, **changed: str | int | None) -> None:
        """Write a step of a job into the ledger."""
        self.journal.note(job.job_id, self.exchange.clock.now(), **changed)


def begin(work: Work) -> Job:
    """Ask for a new export; that it was asked for is known before the request goes out."""
    at = work.exchange.clock.now()
    job = work.journal.begin(since=work.journal.next_since(at), at=at)
    wanted = Wanted(
        level=work.server.level,
        group=work.server.group,
        types=work.server.types,
        type_filters=work.server.type_filters,
        since=job.since,
    )
    work.progress("asking for an export")
    try:
        status_url = kick_off(work.exchange, wanted)
    except BulkError as error:
        work.note(job, state=states.FAILED, message=str(error))
        raise
    work.note(job, state=states.EXPORTING, status_url=status_url)
    return replace(job, state=states.EXPORTING, status_url=status_url)


def carry_on(work: Work, job: Job) -> str:
    """Bring a job to its end; returns its last state.

    Raises :class:`BulkError` kinds where that cannot be now. :class:`ExportGoneError` means that a new one
    must be begun, from the same time.
    """
    try:
        if job.state == states.EXPORTING:
            job = _await(work, job)
        if job.state == states.DOWNLOADING:
            job = _download(work, job)
        return _finish(work, job)
    except UnreachableError as error:
        work.note(job, message=str(error))
        raise
    except BulkError as error:
        state = states.GONE if isinstance(error, ExportGoneError) else states.FAILED
        work.note(job, state=state, message=str(error))
        shutil.rmtree(work.folder(job.job_id), ignore_errors=True)
        raise


def _await(work: Work, job: Job) -> Job:
    """Ask until the export is ready; then know its files."""
    tries = work.exchange.tries("waiting for the export")
    while True:
        found = look(work.exchange, job.status_url)
        if not isinstance(found, Running):
            break
        work.progress("waiting for the export" + (f", {found.percent}%" if found.percent is not None else ""))
        tries.wait(found.headers)
    manifest, written = found
    _keep(work, job, written)
    work.journal.list_files(job.job_id, manifest.files, wanted=frozenset((*work.server.types, *_BESIDE)))
    time = manifest.transaction_time
    work.note(job, state=states.DOWNLOADING, transaction_time=time.isoformat(), message="")
    return replace(job, state=states.DOWNLOADING, transaction_time=time)


def _download(work: Work, job: Job) -> Job:
    """Fetch the files and put them where landing finds them."""
    kept = work.folder(job.job_id) / _MANIFEST
    if not kept.is_file():
        raise ExportGoneError(f"{work.exchange.reach.host}: what was fetched before is no longer here")
    manifest = parse_manifest(kept.read_bytes(), host=work.exchange.reach.host)
    fetcher = Fetcher(
        exchange=work.exchange, journal=work.journal, job_id=job.job_id, work=work.folder(job.job_id),
        parallel=work.server.parallel,
    )  # fmt: skip
    work.progress(f"fetching {len(manifest.files)} files")
    try:
        fetcher.fetch(manifest)
    except ExportGoneError:
        fetcher.fetch(_renewed(work, job, manifest))  # addresses may have ended, and not the export
    _deliver(work, job)
    return replace(job, state=states.DELIVERED)


def _renewed(work: Work, job: Job, before: Manifest) -> Manifest:
    """The manifest asked for again; raises :class:`ExportGoneError` where it is another export's."""
    found = look(work.exchange, job.status_url)
    if isinstance(found, Running) or not found[0].is_same(before):
        raise ExportGoneError(f"{work.exchange.reach.host}: shows another export at the same address")
    _keep(work, job, found[1])
    return found[0]


def _keep(work: Work, job: Job, manifest: bytes) -> None:
    folder = work.folder(job.job_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f".{_MANIFEST}.part"
    part.write_bytes(manifest)
    part.chmod(0o600)
    part.replace(folder / _MANIFEST)


def _deliver(work: Work, job: Job) -> None:
    if job.transaction_time is None:
        raise ValueError("an export that is being downloaded has its transaction time")
    failed = sum(file.state == states.FAILED for file in work.journal.files(job.job_id))
    if failed:
        note_lack(work.journal, job.job_id, work.folder(job.job_id), job.transaction_time)
    folder = place(Zones(work.settings.home), work.server, job.transaction_time)
    is_incomplete = bool(failed) or _lacks(work, job, folder)
    fetched = [file for file in work.journal.files(job.job_id) if file.state == states.FETCHED]
    deliver(folder, work.folder(job.job_id), fetched)
    message = f"{failed} files came damaged each time" if failed else ""
    work.note(job, state=states.DELIVERED, is_incomplete=int(is_incomplete), message=message)


def _lacks(work: Work, job: Job, delivered: Path) -> bool:
    """Whether a file holds other rows than the server counted, or tells of what could not be exported."""
    files = [file for file in work.journal.files(job.job_id) if file.state in (states.FETCHED, states.EMPTY)]
    if any(file.rows_said not in (None, file.rows) for file in files):
        return True
    names = [file.file_name for file in files if file.kind == "error" and file.state == states.FETCHED]
    homes = (work.folder(job.job_id), delivered)  # cut short while moving them, some lie here, some there
    paths = [home / name for name in names for home in homes if (home / name).exists()]
    return len(paths) < len(names) or tells_of_a_lack(work.settings, paths)


def _finish(work: Work, job: Job) -> str:
    """All is safe here: the server may delete its files, and so may we what we noted for ourselves."""
    let_go(work.exchange, job.status_url)
    shutil.rmtree(work.folder(job.job_id), ignore_errors=True)
    return work.journal.end(job.job_id, work.exchange.clock.now())
