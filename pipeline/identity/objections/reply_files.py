"""Replies as files: finding them, reading them, and matching each to the request that it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.identity.objections.state import replies_folder
from pipeline.settings import Settings

BAD_CHECK_DIGITS_LIMIT = 0.01  # share of numbers with a wrong check digit above which a reply is refused
FORM = "valid: at least one number of ten digits, one a line, each with a trailing comma, no header"

_READ = """
create or replace temp table reply as
with line as (
    select filename as path, trim(line, ' \r') as line
    from read_csv({files}, columns = {{'line': 'VARCHAR'}}, header = false, auto_detect = false,
        filename = true, delim = '\x01', quote = '', escape = '', strict_mode = false, null_padding = true)
)
select distinct
    path,
    if(regexp_full_match(line, '[0-9]{{10}},?'), left(line, 10), null) as nhs_number,
    if(regexp_full_match(line, '[0-9]{{10}},?'), null, line) as not_a_number
from line
where line <> ''
"""
_JUDGE = """
select count(*), count(*) - count(nhs_number),
    count(*) filter (nhs_number_weighted_sum(try_cast(nhs_number as bigint)) % 11 <> 0)
from reply
"""
# For each file of the reply: the newest request file of that day or before whose numbers hold all of its own.
_MATCH = """
create or replace temp table reply_match as
with size as (select path, count(*) as numbers from reply group by path),
shared as (
    select r.path, q.request_id, q.file_name, count(*) as numbers
    from reply as r inner join vault.national_request as q using (nhs_number)
    group by all
)
select z.path, f.request_id, f.file_name
from size as z
inner join shared as s on s.path = z.path and s.numbers = z.numbers
inner join vault.national_request_file as f on f.request_id = s.request_id and f.file_name = s.file_name
where f.asked_on <= getvariable('reply_on')
qualify row_number() over (
    partition by z.path
    order by f.file_name = parse_filename(z.path) desc, f.asked_on desc, f.request_id desc, f.file_name) = 1
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """The files of one day, which are one reply; ``sha256`` is over the files' own hashes."""

    on: date
    files: tuple[Path, ...]

    @property
    def sha256(self) -> str:
        digests = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in self.files)
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def find(settings: Settings, extracts: Path, as_of: date) -> list[Reply]:
    """Replies by day, newest first, none later than ``as_of``; folders that are no date are none."""
    found: dict[date, list[Path]] = {}
    for folder in (
        *(extracts / "opt_outs").glob("*"),
        *replies_folder(settings).glob("*"),
    ):
        try:
            day = date.fromisoformat(folder.name)
        except ValueError:
            continue
        if day <= as_of:
            found.setdefault(day, []).extend(sorted(folder.glob("*.dat")))
    return [Reply(day, tuple(files)) for day, files in sorted(found.items(), reverse=True) if files]


def read(connection: DuckDBPyConnection, files: Iterable[Path]) -> str | None:
    """Read a reply into the temp table ``reply``; what is wrong with it, or nothing."""
    listed = "[" + ", ".join(literal(file) for file in files) + "]"
    try:
        connection.execute(_READ.format(files=listed))
    except duckdb.Error:
        return "a file cannot be read as text"
    lines, not_numbers, bad_digits = connection.execute(_JUDGE).fetchone() or (0, 0, 0)
    if lines == 0:
        return "the reply is empty"
    if not_numbers:
        return f"{not_numbers} of {lines} lines are no NHS number"
    if bad_digits > lines * BAD_CHECK_DIGITS_LIMIT:
        return f"{bad_digits} of {lines} numbers have a wrong check digit"
    return None


def match(connection: DuckDBPyConnection, settings: Settings, reply: Reply) -> str | None:
    """Fill ``reply_match`` with the request file that each file answers; why it is refused, or nothing.

    A file that bears the name of a request file must hold numbers of that request only. Others are matched
    by what they hold. Where no request is known the reply stands by itself, but not in production.
    """
    connection.execute("set variable reply_on = ?", [reply.on])
    connection.execute(_MATCH)
    misnamed = connection.execute(_NAMED_FOR_ANOTHER, [[str(path) for path in reply.files]]).fetchall()
    if misnamed:
        return f"it holds {misnamed[0][1]} numbers that request {misnamed[0][0]} never asked for"
    matched = {row[0] for row in connection.execute("select path from reply_match").fetchall()}
    if len(matched) == len(reply.files):
        return None
    if matched:
        return f"{len(reply.files) - len(matched)} of its files answer no request, and the others do"
    if settings.is_production:
        return "it answers no request that was written here in the time that a reply may be used"
    return None


_NAMED_FOR_ANOTHER = """
with named as (
    select p.path, f.request_id, f.file_name
    from (select unnest(?::varchar[]) as path) as p
    inner join vault.national_request_file as f on f.file_name = parse_filename(p.path)
    where f.asked_on <= getvariable('reply_on')
    qualify row_number() over (partition by p.path order by f.asked_on desc, f.request_id desc) = 1
)
select n.request_id, count(*)
from named as n
inner join reply as r on r.path = n.path
anti join vault.national_request as q
    on q.request_id = n.request_id and q.file_name = n.file_name and q.nhs_number = r.nhs_number
group by n.request_id
order by n.request_id
"""
