"""Fetches what one server has that was not fetched before: goes on with the job left off, or begins one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.fhir.bulk import (
    BulkError,
    Clock,
    ExportGoneError,
    NotSetUpError,
    SystemClock,
    UnreachableError,
)
from pipeline.errors import InputRefusedError, NoAnswerError, SetupError, WsicError
from pipeline.fetch.bulk import journal as states
from pipeline.fetch.bulk.job import Work, begin, carry_on
from pipeline.fetch.bulk.journal import Job, Journal
from pipeline.fetch.bulk.servers import OPEN, Server
from pipeline.fetch.bulk.session import open_session
from pipeline.fetch.place import ReadKey, held
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_MOST_BEGINNINGS = 3  # of one fetch, where the server forgets its exports


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How an export ended. ``state``: complete, or incomplete (something was not sent, or not right)."""

    server: str
    job_id: str
    state: str
    since: datetime | None
    transaction_time: datetime | None
    files: int
    rows: int
    size: int


def fetch(
    settings: Settings,
    ledger: Ledger,
    server: Server,
    *,
    read_key: ReadKey,
    clock: Clock | None = None,
    progress: Callable[[str], None] = lambda words: None,
) -> Exported:
    """Bring one export of the server to its end, and its files to where landing finds them.

    Raises :class:`SetupError` where keys or registration are wrong, :class:`InputRefusedError` where the
    server refuses, fails or is not ready in time (the next fetch then goes on), and :class:`RunLockedError`
    while another process fetches from the same server.
    """
    zones = Zones(settings.home).create()
    journal = Journal(ledger, server)
    with held(zones, server.name), _told(server):
        with open_session(settings, server, read_key=read_key, clock=clock or SystemClock()) as exchange:
            work = Work(
                settings=settings, server=server, journal=journal, exchange=exchange, progress=progress
            )
            job, state = _bring_to_its_end(work)
    return _outcome(ledger, server, job.job_id, state)


def check(settings: Settings, server: Server, *, read_key: ReadKey, clock: Clock | None = None) -> None:
    """Ask the server for an access token and nothing else; raises as :func:`fetch` does."""
    with _told(server):
        with open_session(settings, server, read_key=read_key, clock=clock or SystemClock()) as exchange:
            if exchange.tokens is not None:
                exchange.tokens.bearer()
            elif server.authorisation != OPEN:
                raise NotSetUpError("no registration")


def _bring_to_its_end(work: Work) -> tuple[Job, str]:
    for beginning in range(1, _MOST_BEGINNINGS + 1):
        job = _left_off(work) or begin(work)
        try:
            return job, carry_on(work, job)
        except ExportGoneError:
            if beginning == _MOST_BEGINNINGS:
                raise
            work.progress("the server forgot the export; asking for it again")
    raise ValueError("a job is begun at least once")


def _left_off(work: Work) -> Job | None:
    """The job of an earlier fetch. One whose status address was never learnt cannot be gone on with."""
    job = work.journal.unfinished()
    if job is not None and job.state == states.REQUESTED:
        work.note(job, state=states.LOST, message="stopped before the server's answer was known")
        return None
    return job


def _outcome(ledger: Ledger, server: Server, job_id: str, state: str) -> Exported:
    row: dict[str, Any] = ledger.query(
        """select j.since, j.transaction_time, count(f.number) as files, coalesce(sum(f.rows), 0) as rows,
            coalesce(sum(f.size), 0) as size
        from bulk_job as j left join bulk_file as f on f.job_id = j.job_id and f.state = 'fetched'
        where j.job_id = ?""",
        (job_id,),
    )[0]
    times = {
        name: datetime.fromisoformat(row[name]) if row[name] else None
        for name in ("since", "transaction_time")
    }
    return Exported(
        server=server.name, job_id=job_id, state=state, files=row["files"], rows=row["rows"],
        size=row["size"], **times,
    )  # fmt: skip


@contextmanager
def _told(server: Server) -> Iterator[None]:
    """An error of the exchange as the operator's: what to do next decides its kind."""
    try:
        yield
    except NotSetUpError as error:
        raise SetupError(f"{server.name}: {error}") from None
    except UnreachableError as error:
        raise NoAnswerError(f"{server.name} ({server.feed}): {error}") from None
    except BulkError as error:
        raise InputRefusedError(f"{server.name} ({server.feed}): {error}") from None
    except OSError as error:
        raise WsicError(
            f"{server.name}: a file could not be written ({type(error).__name__}); make room, and fetch again"
        ) from None
