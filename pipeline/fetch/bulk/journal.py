"""What became of every export: written to the ledger before a request goes out, so that a crash loses none.

A job: requested (the kick-off goes out), exporting (the server works on it), downloading, delivered; and at
its end complete, incomplete (something was not sent, or not right), failed, gone (the server forgot it) or
lost (we stopped before its answer was known). A file: listed, fetching, fetched, delivered; or failed,
empty, or left (of a type that is not landed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.fhir.bulk import ListedFile, Stored
from pipeline.fetch.bulk.servers import Server
from pipeline.ledger import Ledger

REQUESTED, EXPORTING, DOWNLOADING, DELIVERED = UNFINISHED = (
    "requested",
    "exporting",
    "downloading",
    "delivered",
)
COMPLETE, INCOMPLETE, FAILED, GONE, LOST = ("complete", "incomplete", "failed", "gone", "lost")
LISTED, FETCHING, FETCHED, EMPTY, LEFT = ("listed", "fetching", "fetched", "empty", "left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One export as the ledger has it."""

    job_id: str
    state: str
    since: datetime | None
    status_url: str
    transaction_time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """One file of an export as the ledger has it."""

    number: int
    kind: str
    resource_type: str
    state: str
    rows_said: int | None
    rows: int | None
    sha256: str
    file_name: str


class Journal:
    """The jobs of one server."""

    def __init__(self, ledger: Ledger, server: Server) -> None:
        self._ledger = ledger
        self._server = server

    def begin(self, *, since: datetime | None, at: datetime) -> Job:
        """A new job, before it is asked for."""
        with self._ledger.transaction() as connection:
            found = connection.execute(
                "select count(*) + 1 from bulk_job where server = ?", (self._server.name,)
            ).fetchone()
            job_id = f"{self._server.name}-{found[0]:05d}"
            connection.execute(
                """insert into bulk_job (job_id, server, source, sender, scope, since, state, requested_at,
                    changed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (job_id, self._server.name, self._server.source, self._server.sender,
                 self._server.scope_of_export, _text(since), REQUESTED, _text(at), _text(at)),
            )  # fmt: skip
        return Job(job_id=job_id, state=REQUESTED, since=since, status_url="", transaction_time=None)

    def unfinished(self) -> Job | None:
        """The job that an earlier fetch left off, if there is one."""
        marks = ", ".join("?" * len(UNFINISHED))
        rows = self._ledger.query(
            f"select * from bulk_job where server = ? and state in ({marks}) order by job_id desc limit 1",
            (self._server.name, *UNFINISHED),
        )
        return _job(rows[0]) if rows else None

    def note(self, job_id: str, at: datetime, **changed: str | int | None) -> None:
        """Change columns of a job."""
        row = {**changed, "changed_at": _text(at)}
        names = ", ".join(f"{name} = :{name}" for name in row)
        with self._ledger.transaction() as connection:
            connection.execute(
                f"update bulk_job set {names} where job_id = :job_id", {**row, "job_id": job_id}
            )

    def list_files(self, job_id: str, files: Iterable[ListedFile], *, wanted: frozenset[str]) -> None:
        """Every file of a manifest, before any of them is asked for; knows those it has already."""
        rows = [
            (job_id, file.number, file.kind, file.resource_type, file.rows,
             LISTED if file.resource_type in wanted else LEFT)
            for file in files
        ]  # fmt: skip
        with self._ledger.transaction() as connection:
            connection.executemany(
                "insert or ignore into bulk_file (job_id, number, kind, resource_type, rows_said, state) "
                "values (?, ?, ?, ?, ?, ?)",
                rows,
            )

    def add_file(self, job_id: str, number: int, **columns: str | int | None) -> None:
        """A file of ours beside the server's."""
        self._ledger.put("bulk_file", [{"job_id": job_id, "number": number, **columns}])

    def note_file(self, job_id: str, number: int, **changed: str | int | None) -> None:
        """Change columns of a file."""
        names = ", ".join(f"{name} = :{name}" for name in changed)
        with self._ledger.transaction() as connection:
            connection.execute(
                f"update bulk_file set {names} where job_id = :job_id and number = :number",
                {**changed, "job_id": job_id, "number": number},
            )

    def note_fetching(self, job_id: str, number: int) -> None:
        """A file is about to be asked for."""
        with self._ledger.transaction() as connection:
            connection.execute(
                "update bulk_file set state = ?, attempts = attempts + 1 where job_id = ? and number = ?",
                (FETCHING, job_id, number),
            )

    def note_fetched(self, job_id: str, number: int, stored: Stored, file_name: str) -> None:
        """A file lies here whole."""
        self.note_file(
            job_id, number, state=FETCHED if stored.rows else EMPTY, rows=stored.rows, size=stored.size,
            sha256=stored.sha256, file_name=file_name,
        )  # fmt: skip

    def end(self, job_id: str, at: datetime) -> str:
        """The job is over: complete, unless something was not sent or not right; returns which."""
        row = self._ledger.query("select is_incomplete from bulk_job where job_id = ?", (job_id,))[0]
        state = INCOMPLETE if row["is_incomplete"] else COMPLETE
        self.note(job_id, at, state=state)
        return state

    def files(self, job_id: str) -> list[KnownFile]:
        """The files of a job in their order."""
        rows = self._ledger.query("select * from bulk_file where job_id = ? order by number", (job_id,))
        return [
            KnownFile(**{name: row[name] for name in KnownFile.__dataclass_fields__})
            for row in rows
        ]  # fmt: skip

    def next_since(self, at: datetime) -> datetime | None:
        """From when on the next export is asked for; none: everything.

        The time of the last complete export of the same scope, less the overlap. An export that lacked
        something moves it by nothing, so that what lacked is asked for again.
        """
        done = self._ledger.query(
            "select since, transaction_time, requested_at from bulk_job "
            "where server = ? and scope = ? and state = ?",
            (self._server.name, self._server.scope_of_export, COMPLETE),
        )
        if not done or self._is_full_due(done, at):
            return None
        reached = max(datetime.fromisoformat(row["transaction_time"]) for row in done)
        return reached - timedelta(minutes=self._server.overlap_minutes)

    def _is_full_due(self, done: Iterable[dict[str, Any]], at: datetime) -> bool:
        if not self._server.full_every_days:
            return False
        full = [datetime.fromisoformat(row["requested_at"]) for row in done if row["since"] is None]
        return not full or at - max(full) >= timedelta(days=self._server.full_every_days)


def list_jobs(ledger: Ledger) -> list[dict[str, Any]]:
    """Every export, newest first, with its files and rows; where its status is asked for is not among it."""
    return ledger.query(
        """select j.job_id, j.server, j.source, j.sender, j.since, j.state, j.transaction_time,
            j.requested_at, j.changed_at, j.message, count(f.number) as files, sum(f.rows) as rows
        from bulk_job as j left join bulk_file as f using (job_id)
        group by j.job_id order by j.requested_at desc, j.job_id desc"""
    )


def show_files(ledger: Ledger, job_id: str) -> list[dict[str, Any]]:
    """Every file of one export: counts and states."""
    return ledger.query(
        """select number, kind, resource_type, state, rows_said, rows, size, attempts, sha256, file_name,
            message from bulk_file where job_id = ? order by number""",
        (job_id,),
    )


def _job(row: dict[str, Any]) -> Job:
    return Job(
        job_id=row["job_id"], state=row["state"], since=_time(row["since"]),
        status_url=row["status_url"] or "", transaction_time=_time(row["transaction_time"]),
    )  # fmt: skip


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
