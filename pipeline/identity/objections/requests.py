"""The question to the national data opt-out service: whose numbers are to be checked.

Form (NHS England, Check for National Data Opt-outs): files named ``<MAILBOX>-<DDMMYY>-<NNNN>.dat``, one NHS
number and a comma a line, LF, no header. Every person with an established number is asked about, and nobody
whose data is deleted here. What was asked stays in the vault as long as a reply may come; the ledger keeps
counts and hashes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.clock import now
from pipeline.duck import literal, values_hidden
from pipeline.errors import SetupError
from pipeline.identity.objections.suppressed import find_suppressed
from pipeline.identity.vault import open_vault, vault_path
from pipeline.keys import load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_NAMELESS = "WSIC"  # stands for the mailbox where none is set
_ASKED = """
create or replace temp table asked as
select nhs_number, (row_number() over (order by nhs_number) - 1) // getvariable('lines') as part
from (
    select distinct p.nhs_number
    from vault.person as p
    anti join (select * from suppressed_person where act = 'deleted') as s on s.person_id = p.person_id
    where p.nhs_number is not null and p.state is distinct from 'absorbed'
)
"""


@dataclass(frozen=True, slots=True)
class RequestFile:
    """One file of a request: where it lies, how many numbers it asks for, and its hash."""

    path: Path
    numbers: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the check service; ``numbers`` over all of its files."""

    request_id: str
    asked_on: date
    numbers: int
    files: tuple[RequestFile, ...]


def write_request(settings: Settings, ledger: Ledger, *, asked_on: date, out: Path | None = None) -> Request:
    """Write the numbers of everyone in the person index in the check service's form, and keep what was asked.

    Files lie in ``identity/opt_out_requests/<request id>/``, or at ``out``: a request of several files puts
    ``-0001`` and so on behind the name. Raises :class:`SetupError` where nobody was linked yet.
    """
    if not vault_path(settings).exists():
        raise SetupError("there is no identity vault yet: link the records first")
    keys = load_keys(settings)
    request_id = _next_id(ledger, asked_on)
    with open_vault(settings, keys) as connection, values_hidden("opt-out request"):
        find_suppressed(connection, keys)
        connection.execute("set variable lines = ?", [settings.opt_out_lines_per_file])
        connection.execute(_ASKED)
        paths = _paths(settings, ledger, request_id, asked_on, parts=_parts(connection), out=out)
        files = tuple(_write(connection, part, path) for part, path in enumerate(paths))
        _keep(connection, request_id, asked_on, files)
    request = Request(request_id, asked_on, sum(file.numbers for file in files), files)
    _record(ledger, request)
    return request


def _parts(connection: DuckDBPyConnection) -> int:
    parts = int((connection.execute("select count(distinct part) from asked").fetchone() or (0,))[0])
    if parts == 0:
        raise SetupError(
            "nobody in the person index has an established NHS number: there is nobody to ask about"
        )
    return parts


def _next_id(ledger: Ledger, asked_on: date) -> str:
    known = ledger.query(
        "select count(distinct request_id) as n from opt_out_request where asked_on = ?",
        (asked_on.isoformat(),),
    )
    return f"{asked_on:%Y%m%d}-{known[0]['n'] + 1:03d}"


def _paths(
    settings: Settings, ledger: Ledger, request_id: str, asked_on: date, *, parts: int, out: Path | None
) -> list[Path]:
    if out is not None:
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if parts == 1:
            return [out]
        return [out.with_name(f"{out.stem}-{number + 1:04d}{out.suffix}") for number in range(parts)]
    folder = Zones(settings.home).identity / "opt_out_requests" / request_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = ledger.query(
        "select count(*) as n from opt_out_request where asked_on = ?", (asked_on.isoformat(),)
    )[0]["n"]
    mailbox = settings.mesh_mailbox or _NAMELESS
    return [folder / f"{mailbox}-{asked_on:%d%m%y}-{before + number + 1:04d}.dat" for number in range(parts)]


def _write(connection: DuckDBPyConnection, part: int, path: Path) -> RequestFile:
    """Write one file whole or not at all, for its owner's eyes only."""
    fresh = path.with_name(f".{path.name}")
    fresh.touch(mode=0o600)
    query = f"select nhs_number || ',' from asked where part = {part:d} order by nhs_number"
    connection.execute(
        f"copy ({query}) to {literal(fresh)} (format csv, header false, delimiter '\x01', quote '')"
    )
    fresh.chmod(0o600)
    with fresh.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    numbers = fresh.stat().st_size // len("0123456789,\n")
    fresh.replace(path)
    return RequestFile(path, numbers, digest)


def _keep(
    connection: DuckDBPyConnection, request_id: str, asked_on: date, files: tuple[RequestFile, ...]
) -> None:
    connection.execute("begin")
    for part, file in enumerate(files):
        connection.execute(
            "insert into vault.national_request_file values (?, ?, ?, ?)",
            [request_id, asked_on, file.path.name, file.numbers],
        )
        connection.execute(
            "insert into vault.national_request select ?, ?, nhs_number from asked where part = ?",
            [request_id, file.path.name, part],
        )
    connection.execute("commit")


def _record(ledger: Ledger, request: Request) -> None:
    ledger.put(
        "opt_out_request",
        [
            {
                "request_id": request.request_id,
                "file_name": file.path.name,
                "asked_on": request.asked_on.isoformat(),
                "written_at": now(),
                "numbers": file.numbers,
                "file_sha256": file.sha256,
                "sent_at": None,
                "message_id": None,
            }
            for file in request.files
        ],
    )
