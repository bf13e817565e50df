"""The files of a finished export, fetched side by side; the ledger knows each before it is asked for."""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from connectors.fhir.bulk import (
    BulkError,
    DamagedFileError,
    Exchange,
    ExportGoneError,
    ListedFile,
    Manifest,
    download,
)
from pipeline.fetch.bulk.delivery import delivered_name
from pipeline.fetch.bulk.journal import FAILED, FETCHING, LISTED, Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """What the files of one job are fetched with. ``work`` is the job's own folder."""

    exchange: Exchange
    journal: Journal
    job_id: str
    work: Path
    parallel: int

    def fetch(self, manifest: Manifest) -> None:
        """Fetch what is not here yet. One file's failure stops no other.

        Raises :class:`ExportGoneError` where a file's address has ended, else the first error that trying
        again later can mend; a file that is damaged each time is noted as failed.
        """
        to_do = {file.number for file in self.journal.files(self.job_id) if file.state in (LISTED, FETCHING)}
        with ThreadPoolExecutor(self.parallel, thread_name_prefix="fetch") as pool:
            begun = [
                pool.submit(self._one, manifest, file) for file in manifest.files if file.number in to_do
            ]
            done, waiting = wait(begun, return_when=FIRST_EXCEPTION)
            for future in waiting:
                future.cancel()  # those under way come to their end
        self._raise_first(done | waiting)

    def _one(self, manifest: Manifest, file: ListedFile) -> None:
        self.journal.note_fetching(self.job_id, file.number)
        target = self.work / f"{file.number:06d}.ndjson"
        try:
            stored = download(self.exchange, file, requires_token=manifest.requires_token, target=target)
        except DamagedFileError as error:
            self.journal.note_file(self.job_id, file.number, state=FAILED, message=str(error))
            return
        name = delivered_name(
            file.resource_type, manifest.transaction_time, self.job_id, file.number, gz=stored.is_gzip
        )
        target.replace(self.work / name)
        self.journal.note_fetched(self.job_id, file.number, stored, name)

    def _raise_first(self, futures: set[Future[None]]) -> None:
        errors = [
            error
            for future in futures
            if not future.cancelled() and (error := future.exception()) is not None
        ]
        for kind in (ExportGoneError, BulkError, BaseException):
            for error in errors:
                if isinstance(error, kind):
                    raise error
